# One image for worker and page; docs/deployment.md explains it. Everything it writes is in /data and /tmp.
ARG PYTHON=3.13-slim-trixie

FROM python:${PYTHON} AS build
ENV PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_CACHE_DIR=1 PIP_ROOT_USER_ACTION=ignore
RUN python -m venv /opt/shipledger
# The locked libraries first: a change of the code alone keeps this layer.
COPY requirements.lock /source/
RUN /opt/shipledger/bin/pip install --require-hashes -r /source/requirements.lock
COPY . /source
RUN /opt/shipledger/bin/pip install --no-deps /source

FROM python:${PYTHON}
RUN useradd --uid 10001 --user-group --no-create-home --home-dir /tmp --shell /usr/sbin/nologin shipledger \
    && install -d -m 0700 -o shipledger -g shipledger /data \
    && install -d /etc/shipledger
COPY --from=build /opt/shipledger /opt/shipledger
# The configuration is read from /etc/shipledger. On all addresses of the container: the page asks for a login.
ENV PATH=/opt/shipledger/bin:$PATH \
    PYTHONDONTWRITEBYTECODE=1 \
    PYTHONUNBUFFERED=1 \
    XDG_CONFIG_HOME=/etc \
    SHIPLEDGER_HOME=/data \
    SHIPLEDGER_ADDRESS=0.0.0.0 \
    SHIPLEDGER_LOG_FORMAT=json
USER 10001:10001
WORKDIR /data
VOLUME /data
EXPOSE 8501
HEALTHCHECK --interval=30s --timeout=10s --start-period=2m --retries=3 \
    CMD ["python", "-c", "from http.client import HTTPConnection as C; c = C('127.0.0.1', 8501, timeout=5); c.request('GET', '/_stcore/health'); raise SystemExit(c.getresponse().status != 200)"]
ENTRYPOINT ["shipledger"]
CMD ["serve"]
