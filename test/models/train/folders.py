"""Promises of training from folders. Run from the repository's root: `python test/models/train/folders.py`"""

import json
import subprocess
import sys
import tempfile
from pathlib import Path

import numpy as np
import torch
from diffusers import DDIMScheduler, MarigoldDepthPipeline, UNet2DConditionModel
from PIL import Image
from transformers import CLIPTextConfig, CLIPTextModel

ROOT = Path(__file__).parents[3]
sys.path.insert(0, str(ROOT))

from models.train.architecture import SCHEDULER, autoencoder  # noqa: E402
from models.train.data import normalise  # noqa: E402
from models.train.export import tokenizer  # noqa: E402
from models.train.folders import fit, pairs, read  # noqa: E402
from models.train.latents import latent_mask  # noqa: E402
from models.train.loop import Clock  # noqa: E402
from models.train.repurpose import masked_error, prompt_of  # noqa: E402


def hypersim(folder, count=4, shape=(48, 64)):
    scene = folder / "ai_001_001"
    scene.mkdir(parents=True)
    rng = np.random.default_rng(0)
    for i in range(count):
        depth = (np.linspace(1, 4, shape[0])[:, None] * 1000 + np.zeros(shape)).astype(np.uint16)
        depth[:8, :8] = 0
        Image.fromarray(rng.integers(0, 256, (*shape, 3), np.uint8)).save(scene / f"rgb_cam_00_fr{i:04d}.png")
        Image.fromarray(depth).save(scene / f"depth_plane_cam_00_fr{i:04d}.png")


def vkitti(folder, shape=(375, 1242)):
    frames = folder / "Scene01" / "clone" / "frames"
    for part in ("rgb", "depth"):
        (frames / part / "Camera_0").mkdir(parents=True)
    depth = np.full(shape, 65535, np.uint16)
    depth[200:] = 1500
    Image.fromarray(np.full((*shape, 3), 90, np.uint8)).save(frames / "rgb" / "Camera_0" / "rgb_00000.jpg")
    Image.fromarray(depth).save(frames / "depth" / "Camera_0" / "depth_00000.png")


def base_folder(folder, width=16):
    """A tiny Stable Diffusion 2: other channels and another prompt width than the embedded model."""
    torch.manual_seed(0)
    unet = UNet2DConditionModel(sample_size=8, in_channels=4, out_channels=4, block_out_channels=(8, 16), norm_num_groups=4, layers_per_block=1,
                                down_block_types=("CrossAttnDownBlock2D", "DownBlock2D"), up_block_types=("UpBlock2D", "CrossAttnUpBlock2D"),
                                attention_head_dim=(1, 2), cross_attention_dim=width, use_linear_projection=True)
    unet.save_pretrained(folder / "unet")
    config = CLIPTextConfig(vocab_size=4, hidden_size=width, intermediate_size=16, num_hidden_layers=1, num_attention_heads=2, bos_token_id=0,
                            eos_token_id=1, pad_token_id=1)
    CLIPTextModel(config).save_pretrained(folder / "text_encoder")
    tokenizer(folder / "tokenizer")
    DDIMScheduler(**{**SCHEDULER, "rescale_betas_zero_snr": False, "timestep_spacing": "leading"}).save_pretrained(folder / "scheduler")
    autoencoder().save_pretrained(folder / "vae")


def run(stage, *args):
    done = subprocess.run([sys.executable, "-m", f"models.train.{stage}", *map(str, args)], cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return done.stdout


def both_layouts_give_metres_and_mark_what_is_not_measured():
    with tempfile.TemporaryDirectory() as name:
        hypersim(Path(name) / "h"), vkitti(Path(name) / "v")
        rgb, depth, valid = read(*pairs(Path(name) / "h", "hypersim")[2], "hypersim")
        assert rgb.shape == (48, 64, 3) and abs(depth[0, 20] - 1) < 1e-6 and abs(depth[-1, 20] - 4) < 1e-6
        assert not valid[:8, :8].any() and valid.sum() == 48 * 64 - 64
        rgb, depth, valid = read(*pairs(Path(name) / "v", "vkitti")[0], "vkitti")
        assert depth.shape == (352, 1216) and depth[-1, 0] == 15 and valid.sum() == 175 * 1216
        rgb, depth, valid = fit(rgb, depth, valid, 128)
        assert rgb.shape == (40, 128, 3) and depth.shape == valid.shape == (40, 128)


def a_folder_without_pictures_is_refused():
    with tempfile.TemporaryDirectory() as name:
        try:
            pairs(name, "hypersim")
        except ValueError as error:
            assert "hypersim" in str(error)
        else:
            raise AssertionError("an empty folder was taken")


def pixels_without_depth_neither_normalise_nor_count():
    depth = np.linspace(1, 5, 1000, dtype=np.float32)
    spoiled, valid = np.append(depth, np.full(500, 600, np.float32)), np.arange(1500) < 1000
    assert np.allclose(normalise(spoiled, valid)[:1000], normalise(depth))
    valid = np.ones((16, 24), bool)
    valid[3, 9] = False
    assert latent_mask(valid).tolist() == [[True, False, True], [True, True, True]]
    y, v, mask = torch.zeros(2, 4, 2, 3), torch.ones(2, 4, 2, 3), torch.from_numpy(latent_mask(valid)).expand(2, -1, -1)
    v[:, :, 0, 1] = 1e6
    assert masked_error(y, v, mask) == 1 and masked_error(y, v, mask & False) == 0


def the_papers_schedule_warms_up_and_falls_to_a_hundredth():
    clock = Clock()
    for updates, factor in ((0, 0.01), (99, 1.0), (100, 1.0), (12_550, 0.1), (25_000, 0.01), (29_999, 0.01)):
        clock.counts[0] = updates
        assert abs(clock.rate(1e9, "exponential") - factor) < 1e-6


def a_finished_run_starts_a_new_schedule_and_an_interrupted_one_goes_on():
    counts = torch.tensor([500, 4000, 600, 0, 0], dtype=torch.float64)
    finished, interrupted = Clock(), Clock()
    finished.resume(counts, 10)
    interrupted.resume(counts, 20)
    assert finished.progress(20) == 0 and finished.rate(20) < 0.02
    assert interrupted.progress(20) == 0.5 and abs(interrupted.rate(20) - 0.51) < 1e-9


def any_base_is_fine_tuned_on_folders_and_exported():
    with tempfile.TemporaryDirectory() as name:
        work = Path(name)
        hypersim(work / "h"), vkitti(work / "v"), base_folder(work / "base")
        for kind, layout in (("h", "hypersim"), ("v", "vkitti")):
            run("latents", "--data", work / kind, "--layout", layout, "--vae", work / "base" / "vae", "--out", work / f"latents-{kind}",
                "--edge", 64, "--variants", 2)
        with np.load(work / "latents-h" / "train-0000-64-1.npz") as f:
            assert f["image"].shape == f["depth"].shape == (4, 4, 6, 8) and f["mask"].shape == (4, 6, 8) and f["mask"].sum() == 4 * 47
        run("repurpose", "--latents", work / "latents-h", work / "latents-v", "--mix", 0.9, 0.1, "--base", work / "base", "--run", work / "run",
            "--minutes", 0.05, "--schedule", "exponential", "--rate", 3e-5, "--batch", 2, "--accumulate", 2, "--workers", 1, "--log-every", 1)
        lines = [json.loads(line) for line in (work / "run" / "log.jsonl").read_text().splitlines()]
        assert lines[-1]["seen"] == 4 * lines[-1]["step"] and all(np.isfinite(line["loss"]) for line in lines)
        run("plot", "--run", work / "run", "--out", work / "plot.png")
        assert (work / "plot.png").stat().st_size > 1000
        run("export", "--vae", work / "base" / "vae", "--unet", work / "run", "--base", work / "base", "--out", work / "model")
        pipe = MarigoldDepthPipeline.from_pretrained(work / "model", dtype=torch.float32)
        assert pipe.unet.config.in_channels == 8 and pipe.scheduler.config.timestep_spacing == "trailing" and pipe.scheduler.alphas_cumprod[-1] == 0
        ids = pipe.tokenizer("", padding="do_not_pad", return_tensors="pt").input_ids
        with torch.no_grad():
            text = pipe.text_encoder(ids).last_hidden_state
        assert torch.allclose(prompt_of(work / "base", 16), text, atol=2e-2)


if __name__ == "__main__":
    for promise in [v for v in list(globals().values()) if getattr(v, "__module__", "") == "__main__" and "_" in v.__name__ and not v.__code__.co_argcount]:
        promise()
        print("ok", promise.__name__.replace("_", " "))
