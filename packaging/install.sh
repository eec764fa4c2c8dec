#!/bin/sh
# Installs the agent from the directory of this script; run it as root. With DESTDIR it only lays out
# the files, for building other packages.
set -eu
# The agent's user reads what root installs, whatever root's own umask is.
umask 022

NODE_MAJOR=24
STATE=/var/lib/interlock-agent
root=${DESTDIR-}
here=$(cd "$(dirname "$0")" && pwd)
node=${NODE-$(command -v node || true)}

if [ -z "$node" ] || [ "$("$node" -p 'process.versions.node.split(".")[0]')" -lt "$NODE_MAJOR" ]; then
  echo "The agent needs Node.js $NODE_MAJOR or later; install it, or name it: NODE=/path/to/node $0" >&2
  exit 1
fi
if [ -z "$root" ] && [ "$(id -u)" != 0 ]; then
  echo "Run this as root." >&2
  exit 1
fi

put() {
  mkdir -p "$root$(dirname "$2")"
  cp "$here/$1" "$root$2"
  chmod "$3" "$root$2"
}

put interlock-agent.cjs /opt/interlock-agent/interlock-agent.cjs 0644
put interlock-agent.service /etc/systemd/system/interlock-agent.service 0644
put agent.example.yml /etc/interlock/agent.example.yml 0644

# Without these words a job of 500 hosts takes 370 MB instead of 130: V8 lets garbage lie, and glibc keeps what is freed.
# A package leaves in pieces that are garbage at once. Marked step by step and freed by another thread, these come to
# 60 MB on a busy machine; collected in one go, as the last two words have it, to 15.
mkdir -p "$root/usr/local/bin"
cat >"$root/usr/local/bin/interlock-agent" <<END
#!/bin/sh
exec env MALLOC_ARENA_MAX=2 '$node' --optimize-for-size --max-semi-space-size=2 --v8-pool-size=1 --no-incremental-marking --single-threaded-gc /opt/interlock-agent/interlock-agent.cjs "\$@"
END
chmod 0755 "$root/usr/local/bin/interlock-agent"

if [ -n "$root" ]; then
  install -d -m 0700 "$root$STATE"
  exit 0
fi
id interlock-agent >/dev/null 2>&1 ||
  useradd --system --home-dir "$STATE" --shell /usr/sbin/nologin interlock-agent
# enroll and secret come before the unit's first start, which would make it only then.
[ -d "$STATE" ] || install -d -m 0700 -o interlock-agent -g "$(id -gn interlock-agent)" "$STATE"
if command -v systemctl >/dev/null; then
  systemctl daemon-reload || true
fi
cat <<END
The agent is installed. Next:
  1. cp /etc/interlock/agent.example.yml /etc/interlock/agent.yml, and edit it
  2. runuser -u interlock-agent -- interlock-agent enroll --code <code from Interlock's settings in Jira>
  3. systemctl enable --now interlock-agent
END
