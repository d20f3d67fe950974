# syntax=docker/dockerfile:1

# The locked dependencies, in a virtual environment of their own.
FROM python:3.14-slim AS dependencies
WORKDIR /build
COPY requirements/app.txt .
RUN python -m venv /opt/venv \
    && /opt/venv/bin/pip install --no-cache-dir --disable-pip-version-check --require-hashes --requirement app.txt

# What runs: those, our code, a user without privileges, no compiler.
FROM python:3.14-slim
ENV PATH="/opt/venv/bin:$PATH" \
    PYTHONDONTWRITEBYTECODE=1 \
    PYTHONUNBUFFERED=1 \
    FAREGATE_ENVIRONMENT=production \
    FAREGATE_HTTP__HOST=0.0.0.0
RUN groupadd --system --gid 1001 faregate \
    && useradd --system --uid 1001 --gid faregate --no-create-home --shell /usr/sbin/nologin faregate
WORKDIR /srv/faregate
COPY --from=dependencies /opt/venv /opt/venv
COPY alembic.ini ./
COPY alembic ./alembic
COPY app ./app
COPY standards ./standards
RUN python -m compileall -q app standards
USER 1001
EXPOSE 8000
# Asks /health/ready: a 503 (the database away, migrations missing) is unhealthy.
HEALTHCHECK --interval=15s --timeout=5s --start-period=30s --retries=3 \
    CMD ["python", "-m", "app.cli", "check-health"]
ENTRYPOINT ["python", "-m", "app.cli"]
CMD ["serve"]
