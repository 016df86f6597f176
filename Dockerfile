# Two stages: a build with the toolchain, an image with the one binary.
FROM rust:1.95-bookworm AS build
WORKDIR /src
COPY . .
RUN --mount=type=cache,target=/usr/local/cargo/registry \
    --mount=type=cache,target=/src/target \
    cargo build --release --locked --package bellhop \
    && install -D target/release/bellhop /out/bellhop

FROM debian:bookworm-slim
RUN apt-get update \
    && apt-get install -y --no-install-recommends ca-certificates \
    && rm -rf /var/lib/apt/lists/* \
    && useradd --system --uid 10001 --home-dir /data --shell /usr/sbin/nologin bellhop \
    && install -d -o bellhop -g bellhop -m 0700 /data
COPY --from=build /out/bellhop /usr/local/bin/bellhop
USER 10001
WORKDIR /data
ENV BELLHOP_LISTEN=0.0.0.0:8080 \
    BELLHOP_DATA_DIR=/data
VOLUME /data
EXPOSE 8080
# The binary asks itself: the image needs no curl.
HEALTHCHECK --interval=10s --timeout=3s --start-period=5s CMD ["bellhop", "health"]
ENTRYPOINT ["bellhop"]
CMD ["serve"]
