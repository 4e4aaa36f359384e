"""F.interpolate as MarigoldImageProcessor calls it, its preprocessing, and the table of processing sizes."""

import numpy as np
import torch
from diffusers.pipelines.marigold.marigold_image_processing import MarigoldImageProcessor

from fixture_store import write_case, write_json
from synthetic import picture

METHODS = ["nearest", "nearest-exact", "bilinear", "bicubic", "area"]
SIZES = [
    ((7, 11), (5, 6)), ((7, 11), (13, 17)), ((7, 11), (7, 11)), ((16, 9), (4, 3)), ((5, 5), (1, 1)), ((1, 1), (3, 4)),
    ((1, 9), (1, 5)), ((9, 1), (4, 2)), ((3, 20), (8, 7)), ((24, 32), (3, 4)), ((13, 10), (39, 31)), ((31, 4), (30, 5)),
]


def interpolation():
    generator = torch.Generator().manual_seed(21)
    cases, tensors = [], {}
    for i, (source, target) in enumerate(SIZES):
        tensors[f"in{i}"] = torch.rand([2, 1, *source], generator=generator) * 2 - 1
        for method in METHODS:
            for antialias in (False, True):
                # is_aa only takes effect for bilinear and bicubic
                if antialias and method not in ("bilinear", "bicubic"):
                    continue
                name = f"out{i}.{method}{'.aa' if antialias else ''}"
                tensors[name] = MarigoldImageProcessor.resize_antialias(tensors[f"in{i}"], target, method, antialias)
                cases.append(
                    {"in": f"in{i}", "out": name, "from": source, "to": target, "method": method, "antialias": antialias}
                )
    ramp = torch.arange(10).float().square().view(1, 1, 1, 10)
    tensors["golden.in"] = ramp
    for method in METHODS:
        for width in (4, 15):
            name = f"golden.{method}.to{width}"
            aa = method in ("bilinear", "bicubic")
            tensors[name] = MarigoldImageProcessor.resize_antialias(ramp, (1, width), method, True)
            cases.append(
                {"in": "golden.in", "out": name, "from": [1, 10], "to": [1, width], "method": method, "antialias": aa}
            )
    write_case("resize/interpolate", {"cases": cases}, tensors)


def preprocessing():
    processor = MarigoldImageProcessor(vae_scale_factor=8)
    inputs = {
        "rgb_uint8_37x50": torch.from_numpy(picture(37, 50, 31)),
        "rgb_uint8_18x7": torch.from_numpy(picture(18, 7, 32)),
        "gray_uint8_23x40": torch.from_numpy(picture(23, 40, 33))[0],
        "rgb_float_21x16": torch.from_numpy(picture(21, 16, 34)).float() / 255,
    }
    sixteen = (np.arange(15 * 22).reshape(15, 22) * 198 % 65536).astype(np.uint16)
    # safetensors readers need not know uint16: stored as int32
    tensors, cases = dict(inputs), []
    tensors["gray_uint16_15x22"] = torch.from_numpy(sixteen.astype(np.int32))
    for name, image in [*inputs.items(), ("gray_uint16_15x22", sixteen)]:
        for resolution, method in [(0, "bilinear"), (24, "bilinear"), (40, "bicubic"), (24, "area"), (16, "nearest")]:
            feed = image
            if isinstance(image, np.ndarray):
                feed = image[:, :, None][None]
            elif image.dim() == 3:
                feed = image[None]
            out, padding, original = processor.preprocess(
                feed, resolution, method, torch.device("cpu"), torch.float32
            )
            key = f"{name}.res{resolution}.{method}"
            tensors[key] = out
            cases.append(
                {"in": name, "out": key, "processing_resolution": resolution, "method": method,
                 "padding": list(padding), "original_resolution": list(original)}
            )
    write_case("resize/preprocess", {"cases": cases}, tensors)


def sizes():
    rows = []
    shapes = [
        (1080, 1920), (480, 640), (700, 1000), (1000, 700), (768, 768), (2160, 3840), (375, 1242), (720, 1280),
        (333, 500), (4032, 3024), (40, 56), (61, 44), (33, 96), (9, 13), (1, 1), (1, 500), (500, 1), (767, 769),
    ]
    for h, w in shapes:
        for resolution in (8, 64, 96, 256, 512, 768, 1024):
            image = torch.empty(1, 1, h, w)
            try:
                out = MarigoldImageProcessor.resize_to_max_edge(image, resolution, "nearest")
                new_h, new_w = out.shape[2:]
                padded, padding = MarigoldImageProcessor.pad_image(out, 8)
                rows.append([h, w, resolution, new_h, new_w, *padding, padded.shape[2] // 8, padded.shape[3] // 8])
            except ValueError:
                rows.append([h, w, resolution, None, None, None, None, None, None])
    columns = ["h", "w", "resolution", "new_h", "new_w", "pad_h", "pad_w", "latent_h", "latent_w"]
    write_json("resize/sizes.json", {"columns": columns, "null": "ValueError: extreme aspect ratio", "rows": rows})


def generate():
    interpolation()
    preprocessing()
    sizes()


if __name__ == "__main__":
    generate()
