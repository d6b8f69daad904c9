# JupyterLab with the course and every server inside, for a machine that has only Docker: `docker compose up`.
FROM python:3.11-slim

# The servers' programs, without a cluster of PostgreSQL: minigram makes and starts its servers itself.
RUN apt-get update \
 && apt-get install -y --no-install-recommends postgresql-common \
 && sed -i 's/^#\?create_main_cluster.*/create_main_cluster = false/' /etc/postgresql-common/createcluster.conf \
 && apt-get install -y --no-install-recommends postgresql redis-server nginx-light pgbouncer \
 && rm -rf /var/lib/apt/lists/* \
 && useradd --create-home student \
 && install -d -o student /minigram /minigram/work

USER student
WORKDIR /minigram

# The packages first: they change less often than the course does.
COPY --chown=student LICENSE README.md pyproject.toml requirements.txt ./
COPY --chown=student minigram/__init__.py minigram/
COPY --chown=student minigram/course/set_up.py minigram/course/
COPY --chown=student minigram/lab/__init__.py minigram/lab/
COPY --chown=student minigram/lab/servers/cache.py minigram/lab/servers/
RUN PIP_NO_CACHE_DIR=1 python3 -I minigram/course/set_up.py

COPY --chown=student . .
RUN python3 -I minigram/course/set_up.py

# Inside, it listens on all addresses, for Docker to reach it; docker-compose.yml lets in nobody but this machine.
ENV PATH=/minigram/.venv/bin:$PATH
CMD ["minigram", "lab", "--no-browser", "--ip=0.0.0.0", "--port=8888", \
     "--ServerApp.custom_display_url=http://127.0.0.1:8888/lab"]
