"""The rim towards browsers: aiohttp, the sockets' shell, REST, the web client.

Handlers turn a request into a command and ask the router; what is decided is decided
in `core`.  It must never know a driver of `store`.
"""
