# The static file, built and alone in an image, for others to take:
#
#   docker build -t servicewrapper .
#   COPY --from=servicewrapper /servicewrapper /usr/local/bin/     in a Dockerfile of yours
ARG BUILDER=swift:6.3-bookworm
FROM ${BUILDER} AS build
# Swift's own image comes without it.
RUN command -v make || (apt-get update && apt-get install -y --no-install-recommends make)
WORKDIR /source
COPY . .
RUN make build

FROM scratch
COPY --from=build /source/.build/release/servicewrapper /servicewrapper
ENTRYPOINT ["/servicewrapper"]
