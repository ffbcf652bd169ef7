"""The inspector that the flow asks: off the event loop, with deadlines."""
