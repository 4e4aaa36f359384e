"""
The other side of test/bench/gpu.ts, which starts this: diffusers' models on the same weights and inputs.

    python test/reference/bench_gpu.py CHECKPOINT_DIR OUT_DIR --width 768 --height 576 [--rounds 20] [--device cuda|cpu]

One line of JSON, as `Side` in test/bench/gpu-side.ts; OUT_DIR gets STAGE.f32 in half precision and STAGE.exact.f32 in float32.
Half precision, channels_last, cuDNN's benchmark mode, diffusers' default attention (scaled_dot_product_attention).
"""

import argparse
import json
import time
from pathlib import Path

import numpy as np
import torch
from diffusers import AutoencoderKL, UNet2DConditionModel
from safetensors.torch import load_file

TEXT = Path(__file__).parents[1] / "fixtures/full/expected.safetensors"


def values(shape, device, dtype):
    drawn = np.sin(np.arange(np.prod(shape), dtype=np.float64) * 12.9898).reshape(shape)
    tensor = torch.from_numpy(drawn.astype(np.float32)).to(device, dtype)
    return tensor.contiguous(memory_format=torch.channels_last)


def stages(folder, device, dtype, width, height):
    def load(kind, part):
        model = kind.from_pretrained(folder / part, variant="fp16", torch_dtype=dtype, use_safetensors=True)
        return model.eval().to(device=device, memory_format=torch.channels_last)

    text = load_file(TEXT)["text"].to(device, dtype)
    picture = values([1, 3, height, width], device, dtype)
    latent = values([1, 4, height // 8, width // 8], device, dtype)
    vae, unet = load(AutoencoderKL, "vae"), load(UNet2DConditionModel, "unet")
    scale = vae.config.scaling_factor
    both = torch.cat([latent, latent], 1)
    return {
        "VAE encode": lambda: vae.encode(picture).latent_dist.mode() * scale,
        "U-Net step": lambda: unet(both, 999, encoder_hidden_states=text, return_dict=False)[0],
        "VAE decode": lambda: vae.decode(latent / scale, return_dict=False)[0],
    }


def write(path, tensor):
    tensor.float().contiguous().cpu().numpy().tofile(path)


def timings(calls, rounds, device, out):
    found = {}
    for name, call in calls.items():
        times = []
        for turn in range(rounds + 1):
            start = time.perf_counter()
            result = call()
            if device == "cuda":
                torch.cuda.synchronize()
            times.append(1000 * (time.perf_counter() - start))
            if turn == 0:
                write(out / f"{name}.f32", result)
        reserved = torch.cuda.max_memory_reserved() if device == "cuda" else 0
        found[name] = {"first": times[0], "times": times[1:], "bytes": reserved}
    return found


@torch.no_grad()
def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("checkpoint", type=Path)
    parser.add_argument("out", type=Path)
    parser.add_argument("--width", type=int, required=True)
    parser.add_argument("--height", type=int, required=True)
    parser.add_argument("--rounds", type=int, default=20)
    parser.add_argument("--device", choices=["cuda", "cpu"], default="cuda")
    o = parser.parse_args()
    if o.device == "cuda" and not torch.cuda.is_available():
        print(json.dumps({"device": "no CUDA", "stages": {}, "failed": "torch finds no CUDA device."}))
        return
    torch.backends.cudnn.benchmark = True
    torch.backends.cuda.matmul.allow_tf32 = torch.backends.cudnn.allow_tf32 = False
    device = torch.cuda.get_device_name() if o.device == "cuda" else "CPU"
    found = timings(stages(o.checkpoint, o.device, torch.float16, o.width, o.height), o.rounds, o.device, o.out)
    torch.backends.cudnn.benchmark = False
    for name, call in stages(o.checkpoint, o.device, torch.float32, o.width, o.height).items():
        write(o.out / f"{name}.exact.f32", call())
    print(json.dumps({"device": f"{device}, torch {torch.__version__}", "stages": found}))


if __name__ == "__main__":
    main()
