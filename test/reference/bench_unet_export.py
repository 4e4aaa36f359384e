"""
Exports the U-Net of a checkpoint with torch.onnx.export, fixed shapes, so that a bench can run it beside our own graph.

python test/reference/bench_unet_export.py CHECKPOINT_DIR OUT.onnx [--height 96] [--width 96] [--batch 1] [--opset 18]

Inputs of the graph: sample f32 [B,8,h,w], timestep int64 [], encoder_hidden_states f32 [B,2,C]; output: v f32 [B,4,h,w].
Beside OUT.onnx goes OUT.safetensors with one input and the output that PyTorch gives for it.
"""

import argparse
from pathlib import Path

import torch
from diffusers import UNet2DConditionModel
from safetensors.torch import save_file


class VelocityOnly(torch.nn.Module):
    def __init__(self, unet):
        super().__init__()
        self.unet = unet

    def forward(self, sample, timestep, encoder_hidden_states):
        return self.unet(sample, timestep, encoder_hidden_states=encoder_hidden_states, return_dict=False)[0]


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("checkpoint", type=Path, help="a diffusers folder, or its unet folder")
    parser.add_argument("out", type=Path)
    parser.add_argument("--height", type=int, default=96, help="of the latent")
    parser.add_argument("--width", type=int, default=96, help="of the latent")
    parser.add_argument("--batch", type=int, default=1)
    parser.add_argument("--tokens", type=int, default=2)
    parser.add_argument("--opset", type=int, default=18)
    parser.add_argument("--variant")
    parser.add_argument("--exporter", choices=["dynamo", "script"], default="dynamo")
    o = parser.parse_args()
    folder = o.checkpoint / "unet" if (o.checkpoint / "unet").is_dir() else o.checkpoint
    unet = UNet2DConditionModel.from_pretrained(folder, variant=o.variant, torch_dtype=torch.float32).eval()
    generator = torch.Generator().manual_seed(0)
    x = torch.randn([o.batch, unet.config.in_channels, o.height, o.width], generator=generator)
    text = torch.randn([o.batch, o.tokens, unet.config.cross_attention_dim], generator=generator)
    t = torch.tensor(999)
    model = VelocityOnly(unet)
    with torch.no_grad():
        v = model(x, t, text)
        torch.onnx.export(
            model,
            (x, t, text),
            str(o.out),
            input_names=["sample", "timestep", "encoder_hidden_states"],
            output_names=["v"],
            opset_version=o.opset,
            dynamo=o.exporter == "dynamo",
            **({"external_data": False} if o.exporter == "dynamo" else {}),
        )
    save_file(
        {"sample": x, "encoder_hidden_states": text, "v": v, "timestep": t[None]}, o.out.with_suffix(".safetensors")
    )


if __name__ == "__main__":
    main()
