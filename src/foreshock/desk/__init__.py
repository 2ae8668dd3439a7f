"""The faces: command line, web desk, bulletins."""
