"""The warm program: one process of the user holds the models, the commands ask it over a socket.

`place` and `client` need nothing but the core, since every command looks for the service first.
"""
