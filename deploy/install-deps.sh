#!/bin/sh
# Installs what wot needs to be built, run and tested, on Debian 12 or Ubuntu 24.04: only what is missing,
# with apt, through sudo when not root. On another system it prints what to install, and exits 1.
#
#   deploy/install-deps.sh [--bench] [--dev] [--web]
#   --bench  also what make bench compares with
#   --dev    also what make format, make tidy, the test behind nginx and that of a report as of a day use
#   --web    also what make web-test uses, and a report as PDF
#
# To add one: a line in the list, `package what-shows-that-it-is-there`:
#   cmd:NAME a program; pc:NAME a library of pkg-config; h:NAME a header; py:NAME a module of python3;
#   asan:CC whether that compiler links with its sanitizers;
#   font:NAME a font.
set -eu

needed='
build-essential         cmd:gcc
make                    cmd:make
pkg-config              cmd:pkg-config
protobuf-compiler       cmd:protoc
protobuf-c-compiler     cmd:protoc-c
libprotobuf-c-dev       pc:libprotobuf-c
libzmq3-dev             pc:libzmq
liblmdb-dev             h:lmdb.h
libuv1-dev              pc:libuv
libjansson-dev          pc:jansson
libfyaml-dev            pc:libfyaml
libsodium-dev           pc:libsodium
libgnutls28-dev         pc:gnutls
zlib1g-dev              pc:zlib
uthash-dev              h:uthash.h
libedit-dev             pc:libedit
libcurl4-gnutls-dev     pc:libcurl
libcmocka-dev           h:cmocka.h
python3                 cmd:python3
python3-zmq             py:zmq
python3-protobuf        py:google.protobuf
python3-scipy           py:scipy
curl                    cmd:curl
openssl                 cmd:openssl
socat                   cmd:socat
'
bench='
redis-server            cmd:redis-server
libhiredis-dev          pc:hiredis
'
dev='
clang                   cmd:clang
clang-format            cmd:clang-format
clang-tidy              cmd:clang-tidy
libclang-rt-dev         asan:clang
mold                    cmd:mold
nginx                   cmd:nginx
faketime                cmd:faketime
'
web='
chromium                cmd:chromium
fonts-liberation        font:LiberationSans
nodejs                  cmd:node
npm                     cmd:npm
poppler-utils           cmd:pdftotext
'

for option; do
	case $option in
	--bench) needed="$needed$bench" ;;
	--dev) needed="$needed$dev" ;;
	--web) needed="$needed$web" ;;
	*)
		echo "usage: deploy/install-deps.sh [--bench] [--dev] [--web]" >&2
		exit 2
		;;
	esac
done

# The distribution's own Python has the distribution's modules; another one in the PATH has not.
python=/usr/bin/python3
[ -x "$python" ] || python=python3

is_there() {
	name=${1#*:}
	case $1 in
	cmd:*) PATH=$PATH:/usr/sbin command -v "$name" ;;
	pc:*) pkg-config --exists "$name" ;;
	# cmocka.h wants these three before it.
	h:*) printf '#include <stdarg.h>\n#include <stddef.h>\n#include <setjmp.h>\n#include <%s>\n' "$name" |
		gcc -E -o /dev/null -xc - ;;
	py:*) $python -c "import $name" ;;
	font:*) ls /usr/share/fonts/truetype/*/"$name"-Regular.ttf ;;
	asan:*) echo 'int main(void) { return 0; }' | "$name" -fsanitize=address -xc - -o /dev/null ;;
	esac >/dev/null 2>&1
}

missing() {
	echo "$needed" | while read -r package sign; do
		if [ -n "$package" ] && ! is_there "$sign"; then
			printf ' %s' "$package"
		fi
	done
}

packages=$(missing)
[ -n "$packages" ] || exit 0

system=$(. /etc/os-release 2>/dev/null && echo "${ID:-}:${VERSION_ID:-}") || system=
case $system in
debian:12 | ubuntu:24.04) ;;
*)
	echo "This is neither Debian 12 nor Ubuntu 24.04. Install what these packages of Debian hold:" >&2
	printf '  %s\n' $packages >&2
	exit 1
	;;
esac

as_root=
if [ "$(id -u)" -ne 0 ]; then
	if ! command -v sudo >/dev/null; then
		echo "Not root, and there is no sudo. As root, run: apt-get install$packages" >&2
		exit 1
	fi
	as_root=sudo
fi

run() {
	echo "+ $*" >&2
	"$@"
}
run $as_root apt-get update -q
# The packages are words of the list above, meant to be split.
run $as_root env DEBIAN_FRONTEND=noninteractive apt-get install -q -y --no-install-recommends $packages

packages=$(missing)
if [ -n "$packages" ]; then
	echo "Installed, and still not found:$packages. Run apt-get install --reinstall$packages" >&2
	exit 1
fi
