"""Rules and runtime: what a board is, decides, remembers and tells.

Rules are pure: values in, values out.  The runtime knows no kind and a kind knows no
runtime.  It must never know aiohttp, asyncpg or redis, nor read a clock.
"""
