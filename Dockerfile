# The static files, built and each alone in an image:
#
#   docker build -t servicewrapper .
#   COPY --from=servicewrapper /servicewrapper /usr/local/bin/     in a Dockerfile of yours
#
#   docker build --target servicewatcher -t servicewatcher .      to be run, one for each host
ARG BUILDER=swift:6.3-bookworm
FROM ${BUILDER} AS build
# Swift's own image comes without it.
RUN command -v make || (apt-get update && apt-get install -y --no-install-recommends make)
WORKDIR /source
COPY . .
RUN make build

FROM scratch AS servicewatcher
COPY --from=build /source/.build/release/servicewatcher /servicewatcher
ENTRYPOINT ["/servicewatcher"]

FROM scratch
COPY --from=build /source/.build/release/servicewrapper /servicewrapper
ENTRYPOINT ["/servicewrapper"]
