# syntax=docker/dockerfile:1
ARG TAG=3.12
ARG BASE="python:${TAG:-3}"
FROM $BASE AS build
COPY --chown=1:1 requirements.txt ./
COPY ["a b", "c", "d/"]
RUN <<EOF
pip install x
EOF
FROM build AS test
ADD src/**/*.py tests/[a-z]?\*/ /x/
FROM --platform=linux/amd64 scratch
COPY --from=build /a /b
COPY . \
  /app
