# One image for every process of ours; the command says which one it is (docker-compose.yml).
FROM python:3.11-slim-bookworm AS build
COPY --from=ghcr.io/astral-sh/uv:0.9.8 /uv /usr/local/bin/uv
ENV UV_LINK_MODE=copy UV_COMPILE_BYTECODE=1 UV_PYTHON_DOWNLOADS=never
WORKDIR /build
# The locked packages first: this layer is made again only when the lock changes.
COPY pyproject.toml uv.lock README.md CHANGELOG.md ./
RUN --mount=type=cache,target=/root/.cache/uv \
    uv sync --locked --no-dev --no-install-project --all-extras --group embed
COPY . .
RUN --mount=type=cache,target=/root/.cache/uv \
    uv sync --locked --no-dev --no-editable --all-extras --group embed

FROM python:3.11-slim-bookworm
# Nothing of ours needs to write but the data folder, and nothing needs a right.
RUN useradd --system --uid 10001 --home-dir /data --shell /usr/sbin/nologin symphainy \
    && install -d -o symphainy -g symphainy -m 0700 /data
COPY --from=build --chown=root:root /build/.venv /build/.venv
ENV PATH=/build/.venv/bin:$PATH PYTHONUNBUFFERED=1 SYMPHAINY_DATA_DIR=/data
USER symphainy
WORKDIR /data
VOLUME /data
ENTRYPOINT ["python", "-P", "-m"]
CMD ["symphainy.cli", "--help"]
