# Orbit with its own Postgres.  Data is in the volume; give ORBIT_PEPPER and
# ORBIT_SECRET_KEY with ORBIT_ENV=production, and run with --init.
FROM python:3.11-slim-bookworm AS build
WORKDIR /orbit
RUN apt-get update && apt-get install -y --no-install-recommends gcc libc6-dev
RUN python -m venv /venv
COPY setup.cfg setup.py pyproject.toml README.md LICENSE ./
COPY orbit orbit
RUN /venv/bin/pip install --no-cache-dir --disable-pip-version-check .

FROM python:3.11-slim-bookworm
RUN useradd --system --uid 10001 --home-dir /var/lib/orbit --create-home orbit
COPY --from=build /venv /venv
USER orbit
WORKDIR /var/lib/orbit
ENV PATH=/venv/bin:$PATH \
    PYTHONUNBUFFERED=1 \
    ORBIT_DATA=/var/lib/orbit/data
RUN mkdir /var/lib/orbit/data
VOLUME /var/lib/orbit/data
EXPOSE 8080
# A database that recovers from a power cut may take its time.
HEALTHCHECK --interval=10s --timeout=3s --start-period=60s \
    CMD ["python", "-c", "import urllib.request as r; r.urlopen('http://127.0.0.1:8080/api/v1/healthz', timeout=2)"]
STOPSIGNAL SIGTERM
CMD ["python", "-m", "orbit", "serve", "--host", "0.0.0.0"]
