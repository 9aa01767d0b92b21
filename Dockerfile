# An image of the Debian package that ./dev package makes:
#   ./dev package && docker build -t hpsearch .
#   docker run --rm -v "$PWD:/work" --user "$(id -u):$(id -g)" hpsearch run sweep.yaml
FROM debian:12-slim
COPY build/package/hpsearch_*.deb /tmp/
RUN apt-get update && \
    apt-get install -y --no-install-recommends /tmp/hpsearch_*.deb && \
    rm -rf /var/lib/apt/lists/* /tmp/hpsearch_*.deb
WORKDIR /work
ENTRYPOINT ["hpsearch"]
