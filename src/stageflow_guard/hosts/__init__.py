"""Where the guard attaches: one module or folder for each host, and nothing imported unasked."""
