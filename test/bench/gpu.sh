#!/usr/bin/env bash
# Prepares and runs test/bench/gpu.ts on a machine with a graphics card; its options are given on.
#
#   test/bench/gpu.sh [--size 768x576] [...]   from a bare clone: needs Node, npm and python3; 5 to 10 minutes the first time,
#                                              of which most is the download of torch. Without CUDA it measures our side only
#   test/bench/gpu.sh pack                     for a machine without a network: what a clone lacks there, 40 MB, in
#                                              .cache/gpu-bench/pack. Bring that folder along in its place; the first form
#                                              then uses it, with the torch and numpy of that machine's python3
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
cache=.cache/gpu-bench
pack=$cache/pack
# Three folders down, as src/app/build is: the bench finds the repository from where it lies.
built=$cache/built
requirements() { grep -E '^(torch|diffusers|transformers|safetensors|numpy)==' test/reference/requirements.txt; }
bundle() {
  [ -d node_modules ] || npm ci
  npx esbuild test/bench/gpu.ts --bundle --platform=node --format=esm --packages=external --outfile=$built/gpu.mjs --log-level=warning
}

if [ "${1:-}" = pack ]; then
  bundle
  rm -rf "$pack" && mkdir -p "$pack/wheels" "$pack/libraries"
  what=$(mktemp -d) && trap 'rm -rf "$what"' EXIT
  mkdir -p "$what/node_modules/onnxruntime-web/dist" "$what/node_modules/webgpu/dist" "$what/built"
  cp $built/gpu.mjs "$what/built"
  cp -L "$(command -v node)" "$what/node"
  strip "$what/node" 2>/dev/null || true
  ort=node_modules/onnxruntime-web
  cp $ort/package.json "$what/$ort"
  cp $ort/dist/ort.webgpu{,.bundle}.min.mjs $ort/dist/ort-wasm-simd-threaded.asyncify.{mjs,wasm} "$what/$ort/dist"
  cp -r node_modules/onnxruntime-common "$what/node_modules"
  # Only asked where it lies.
  : >"$what/$ort/dist/ort-wasm-simd-threaded.wasm"
  cp node_modules/webgpu/{package.json,index.js} "$what/node_modules/webgpu"
  cp -r node_modules/webgpu/dist/linux-x64 "$what/node_modules/webgpu/dist"
  tar -C "$what" -cf - . | xz --x86 --lzma2=preset=9 >"$pack/node.tar.xz"
  # What diffusers needs beyond what comes with torch and transformers.
  python3 -m pip download -q --no-deps --only-binary=:all: -d "$pack/wheels" "$(requirements | grep ^diffusers)" importlib_metadata==8.7.0 zipp==3.23.0
  # The Vulkan loader, which drivers for computing alone come without, and what NVIDIA's needs beside it.
  (cd "$pack/libraries" && apt-get -qq download libvulkan1 libegl1 libglvnd0 libopengl0 libgl1 libglx0 libgles2) ||
    echo 'No Vulkan loader packed: apt-get could not fetch it.' >&2
  du -sh "$pack"
  exit
fi

python=python3
node=node
if [ -d "$pack" ]; then
  [ -x $cache/node ] || tar -C $cache -xJf "$pack/node.tar.xz"
  node=$cache/node
  if ! ldconfig -p | grep -q libvulkan; then
    for package in "$pack"/libraries/*.deb; do dpkg -x "$package" $cache/root; done
    LD_LIBRARY_PATH=$(dirname "$(find "$PWD/$cache/root" -name 'libvulkan.so.1' | head -n 1)")${LD_LIBRARY_PATH:+:$LD_LIBRARY_PATH}
    export LD_LIBRARY_PATH
  fi
  python3 -m pip install -q --no-index --no-deps --no-compile --upgrade --target $cache/site "$pack"/wheels/*.whl || true
  export PYTHONPATH=$PWD/$cache/site${PYTHONPATH:+:$PYTHONPATH}
else
  bundle
  if ! python3 -c 'import torch, diffusers' 2>/dev/null && command -v nvidia-smi >/dev/null; then
    [ -x $cache/venv/bin/python ] || python3 -m venv $cache/venv
    requirements | $cache/venv/bin/pip install -q -r /dev/stdin
    python=$cache/venv/bin/python
  fi
fi

# A card whose driver is not where the loader looks.
if [ -z "${VK_DRIVER_FILES:-}${VK_ICD_FILENAMES:-}" ]; then
  beside=$(find /usr/local/nvidia/share/vulkan /usr/share/vulkan /etc/vulkan -name 'nvidia_icd*.json' 2>/dev/null | head -n 1 || true)
  case $beside in /usr/local/*) export VK_DRIVER_FILES=$beside ;; esac
  vendor=$(find /usr/local/nvidia/share/glvnd -name '10_nvidia*.json' 2>/dev/null | head -n 1 || true)
  if [ -n "$vendor" ]; then export __EGL_VENDOR_LIBRARY_FILENAMES=$vendor; fi
fi
export XDG_RUNTIME_DIR=${XDG_RUNTIME_DIR:-/tmp}
exec "$node" $built/gpu.mjs --python "$python" "$@"
