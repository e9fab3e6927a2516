"""The faces: pages, feeds, commands and the worker. Each parses, calls one service and answers."""
