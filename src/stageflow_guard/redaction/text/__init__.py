"""What a text is read as: views, encodings, disguises, spans, streams."""
