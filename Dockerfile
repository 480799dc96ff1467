# One node.  With its own Postgres, its data in the volume, run it with --init; with
# ORBIT_DATABASE_URL and ORBIT_REDIS_URL it is one of several, and may run read-only with
# a tmpfs in place of the volume (deploy/compose).  ORBIT_ENV=production wants secrets.
FROM python:3.11-slim-bookworm AS build
WORKDIR /orbit
# Not pinned: the base names the release, and its security fixes are wanted.
# hadolint ignore=DL3008
RUN apt-get update \
    && apt-get install -y --no-install-recommends gcc libc6-dev \
    && rm -rf /var/lib/apt/lists/*
RUN python -m venv /venv
COPY setup.cfg setup.py pyproject.toml README.md LICENSE ./
COPY orbit orbit
# The part in C is optional where there is no compiler.  Here there is one.
RUN /venv/bin/pip install --no-cache-dir --disable-pip-version-check . \
    && /venv/bin/python -I -c "import orbit.http._crowd" \
    && /venv/bin/pip uninstall --yes --quiet pip setuptools

FROM python:3.11-slim-bookworm
RUN groupadd --system --gid 10001 orbit \
    && useradd --system --uid 10001 --gid orbit --home-dir /var/lib/orbit orbit \
    && install --directory --owner orbit --group orbit /var/lib/orbit /var/lib/orbit/data
COPY --from=build /venv /venv
# By number: Kubernetes cannot tell of a name that it is not root's.
USER 10001:10001
WORKDIR /var/lib/orbit
ENV PATH=/venv/bin:$PATH \
    PYTHONUNBUFFERED=1 \
    PYTHONDONTWRITEBYTECODE=1 \
    ORBIT_HOST=0.0.0.0 \
    ORBIT_PORT=8080 \
    ORBIT_DATA=/var/lib/orbit/data
VOLUME /var/lib/orbit/data
EXPOSE 8080
# A database that recovers from a power cut may take its time.
HEALTHCHECK --interval=10s --timeout=3s --start-period=60s \
    CMD ["python", "-c", "import os, urllib.request as r; r.urlopen('http://127.0.0.1:' + os.environ['ORBIT_PORT'] + '/health/live/', timeout=2)"]
STOPSIGNAL SIGTERM
ENTRYPOINT ["orbit"]
CMD ["serve"]
