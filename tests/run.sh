#!/usr/bin/env bash
# Run the tests in an environment of their own: bash tests/run.sh [--all | arguments of pytest]
#
# Tests that are marked as a campaign run with --all, or where they are asked for by arguments.
#
# The environment lies in the user's cache directory under the hash of the requirement files, so that a
# second run takes seconds and a changed requirement makes a new one; those that nobody used for two hours
# make room for it (7 GB each).  Chromium for the browser tests is installed with apt-get where that is
# possible; elsewhere those tests are skipped and say why.
set -euo pipefail
cd "$(dirname "$0")/.."

python=${PYTHON:-python3}
version=$("$python" -c 'import sys; print("%d.%d" % sys.version_info[:2])')
hash=$(cat requirements.txt requirements-dev.txt | sha256sum | cut -c1-16)
environments="${XDG_CACHE_HOME:-$HOME/.cache}/deepart"
environment="$environments/tests-py$version-$hash"

if [ ! -f "$environment/complete" ]; then
    echo "Making the environment $environment"
    mkdir -p "$environments"
    find "$environments" -maxdepth 1 -name 'tests-py*' -not -name "tests-py$version-$hash" | while read -r other; do
        # "complete" is touched at every use; a folder without it is being made, or was never finished.
        recent=$(find "$other" -maxdepth 1 \( -name complete -o -name pyvenv.cfg \) -mmin -120)
        [ -n "$recent" ] || rm -rf "$other"
    done
    rm -rf "$environment"
    "$python" -m venv "$environment"
    "$environment/bin/pip" install --quiet --disable-pip-version-check -r requirements.txt -r requirements-dev.txt
fi
touch "$environment/complete"

if ! command -v chromium >/dev/null && [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
    echo "Installing Chromium for the browser tests"
    (apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq chromium) >/dev/null 2>&1 ||
        echo "Chromium could not be installed; its tests will be skipped"
fi

# Sleeping threads instead of spinning ones: beside another torch process the tests would crawl otherwise.
export OMP_WAIT_POLICY=PASSIVE GOMP_SPINCOUNT=0 GRADIO_ANALYTICS_ENABLED=False
test=("$environment/bin/python" -m pytest)
chosen=(-m "not campaign")
[ "${1:-}" != --all ] || { chosen=(); shift; }
[ $# = 0 ] || exec "${test[@]}" "$@"

# The networks of the unit tests are too small for more than one thread, so each core takes tests of its own.
# Each worker of the second half has an app and a browser of its own.  A test in the browser that fails is tried
# once more, and named: what it waits for can be late on a machine that something else keeps busy.
export OMP_NUM_THREADS=1
cores=$(getconf _NPROCESSORS_ONLN) status=0
"${test[@]}" tests/unit --numprocesses "$cores" --maxprocesses 8 --dist loadfile \
    ${chosen[@]+"${chosen[@]}"} || status=$?
"${test[@]}" tests/app --numprocesses "$cores" --maxprocesses 4 --dist loadfile --no-loadscope-reorder \
    --reruns 1 -r fER --durations 15 \
    ${chosen[@]+"${chosen[@]}"} || status=$?
exit $status
