"""The part of the metadata that setup.cfg cannot name: C, where there is a compiler."""

from setuptools import Extension, setup

setup(
    ext_modules=[
        Extension(
            "orbit.http._crowd",
            ["orbit/http/_crowd.c"],
            py_limited_api=True,
            optional=True,  # without it sockets are written to one by one (ADR 19)
        )
    ]
)
