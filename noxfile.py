"""`nox`: the suite on every Python that the project promises, where this machine has it."""

import nox

nox.options.error_on_missing_interpreters = False


@nox.session(python=["3.11", "3.12", "3.13", "3.14"])
def tests(session: nox.Session) -> None:
    """The whole suite against the package as it is installed."""
    session.install(".[dev]")
    session.run("pytest", *session.posargs)
