"""Pipelines of diffusers in the layouts of the real ones, with random weights and next to none of them."""

from __future__ import annotations

import json
from pathlib import Path

import diffusers
import torch
import transformers
from safetensors.torch import save

from loopback_hub import LoopbackHub

STYLE_FILE, STYLE_ENCODER = "sdxl_models/ip-adapter_sdxl.safetensors", "sdxl_models/image_encoder"


def files_of(folder: Path) -> dict[str, bytes]:
    """Return what lies in a folder, by its path in it."""
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def publish(
    hub: LoopbackHub, repo: str, pipeline: object, folder: Path, *, revision: str | None = None, **saving: object
) -> dict[str, bytes]:
    """Put a pipeline on the Hub, with code beside it that nobody may run; return its files."""
    pipeline.save_pretrained(folder, safe_serialization=True, **saving)
    files = {**files_of(folder), "pipeline.py": b"raise SystemExit", "README.md": b"---\nlicense: mit\n---\n"}
    hub.add(repo, files, revision=revision)
    return files


def clip_text(projected: bool = False, width: int = 8) -> object:
    config = transformers.CLIPTextConfig(
        vocab_size=6,
        hidden_size=width,
        intermediate_size=8,
        num_hidden_layers=2,
        num_attention_heads=2,
        max_position_embeddings=16,
        projection_dim=width,
        bos_token_id=0,
        eos_token_id=1,
        pad_token_id=1,
    )
    return (transformers.CLIPTextModelWithProjection if projected else transformers.CLIPTextModel)(config)


def clip_tokenizer(folder: Path) -> object:
    words = {
        word: number for number, word in enumerate(["<|startoftext|>", "<|endoftext|>", "a</w>", "b</w>", "a", "b"])
    }
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "vocab.json").write_text(json.dumps(words))
    (folder / "merges.txt").write_text("#version: 0.2\n")
    return transformers.CLIPTokenizer(str(folder / "vocab.json"), str(folder / "merges.txt"), model_max_length=16)


def text_to_image(folder: Path) -> object:
    torch.manual_seed(0)
    network = diffusers.UNet2DConditionModel(
        sample_size=8,
        in_channels=4,
        out_channels=4,
        block_out_channels=(8, 8),
        layers_per_block=1,
        norm_num_groups=4,
        cross_attention_dim=8,
        attention_head_dim=4,
        down_block_types=("DownBlock2D", "CrossAttnDownBlock2D"),
        up_block_types=("CrossAttnUpBlock2D", "UpBlock2D"),
    )
    return diffusers.StableDiffusionPipeline(
        vae=diffusers.AutoencoderKL(block_out_channels=(8,), norm_num_groups=4, latent_channels=4),
        text_encoder=clip_text(),
        tokenizer=clip_tokenizer(folder),
        unet=network,
        scheduler=diffusers.DDIMScheduler(num_train_timesteps=50, steps_offset=1, clip_sample=False),
        safety_checker=None,
        feature_extractor=None,
        requires_safety_checker=False,
    )


def sdxl(folder: Path) -> object:
    torch.manual_seed(0)
    network = diffusers.UNet2DConditionModel(
        sample_size=16,
        block_out_channels=(8, 16),
        layers_per_block=2,
        norm_num_groups=4,
        attention_head_dim=(2, 4),
        transformer_layers_per_block=(1, 1),
        cross_attention_dim=16,
        use_linear_projection=True,
        addition_embed_type="text_time",
        addition_time_embed_dim=4,
        projection_class_embeddings_input_dim=32,
        down_block_types=("DownBlock2D", "CrossAttnDownBlock2D"),
        up_block_types=("CrossAttnUpBlock2D", "UpBlock2D"),
    )
    return diffusers.StableDiffusionXLPipeline(
        vae=diffusers.AutoencoderKL(block_out_channels=(8,), norm_num_groups=4, latent_channels=4),
        text_encoder=clip_text(),
        text_encoder_2=clip_text(projected=True),
        tokenizer=clip_tokenizer(folder / "one"),
        tokenizer_2=clip_tokenizer(folder / "two"),
        unet=network,
        scheduler=diffusers.EulerDiscreteScheduler(),
        add_watermarker=False,
    )


def style_files(pipeline: object, folder: Path) -> dict[str, bytes]:
    """Return the files of an IP-Adapter for `sdxl`, in the layout of h94/IP-Adapter."""
    torch.manual_seed(1)
    encoder = transformers.CLIPVisionModelWithProjection(
        transformers.CLIPVisionConfig(
            hidden_size=8,
            intermediate_size=8,
            projection_dim=8,
            num_hidden_layers=2,
            num_attention_heads=2,
            image_size=32,
            patch_size=16,
        )
    )
    encoder.save_pretrained(folder)
    network, tensors = pipeline.unet, {}
    width, tokens = network.config.cross_attention_dim, 4
    tensors["image_proj.proj.weight"] = torch.randn(tokens * width, 8)
    tensors["image_proj.proj.bias"] = torch.zeros(tokens * width)
    tensors["image_proj.norm.weight"] = torch.ones(width)
    tensors["image_proj.norm.bias"] = torch.zeros(width)
    number = 1
    for name in network.attn_processors:
        if name.endswith("attn2.processor"):
            inner = network.get_submodule(name.removesuffix(".processor")).to_k.weight.shape[0]
            for half in ("to_k_ip", "to_v_ip"):
                tensors[f"ip_adapter.{number}.{half}.weight"] = torch.randn(inner, width)
            number += 2
    return {STYLE_FILE: save(tensors), **{f"{STYLE_ENCODER}/{name}": data for name, data in files_of(folder).items()}}


def qwen(layers: int) -> tuple[object, object]:
    """Return a text encoder and a tokenizer that knows bytes only."""
    from tokenizers import Tokenizer, decoders, models, pre_tokenizers

    letters = sorted(pre_tokenizers.ByteLevel.alphabet())
    specials = ["<|endoftext|>", "<|im_start|>", "<|im_end|>"]
    bytes_only = Tokenizer(models.BPE({text: number for number, text in enumerate(letters + specials)}, []))
    bytes_only.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    bytes_only.decoder = decoders.ByteLevel()
    tokenizer = transformers.Qwen2TokenizerFast(
        tokenizer_object=bytes_only,
        pad_token="<|endoftext|>",
        eos_token="<|im_end|>",
        additional_special_tokens=["<|im_start|>"],
    )
    tokenizer.chat_template = (
        "{% for m in messages %}<|im_start|>{{ m.role }}\n{{ m.content }}<|im_end|>\n{% endfor %}"
        "{% if add_generation_prompt %}<|im_start|>assistant\n{% endif %}"
    )
    config = transformers.Qwen3Config(
        vocab_size=len(letters) + len(specials),
        hidden_size=8,
        intermediate_size=8,
        num_hidden_layers=layers,
        num_attention_heads=2,
        num_key_value_heads=1,
        head_dim=4,
        tie_word_embeddings=True,
    )
    return transformers.Qwen3ForCausalLM(config), tokenizer


def flux2_klein() -> object:
    torch.manual_seed(0)
    encoder, tokenizer = qwen(28)  # what the pipeline reads comes from layers 9, 18 and 27
    network = diffusers.Flux2Transformer2DModel(
        in_channels=16,
        num_layers=1,
        num_single_layers=1,
        attention_head_dim=8,
        num_attention_heads=2,
        joint_attention_dim=24,
        axes_dims_rope=(2, 2, 2, 2),
        timestep_guidance_channels=8,
        guidance_embeds=False,
    )
    return diffusers.Flux2KleinPipeline(
        scheduler=diffusers.FlowMatchEulerDiscreteScheduler(use_dynamic_shifting=True),
        vae=diffusers.AutoencoderKLFlux2(
            down_block_types=("DownEncoderBlock2D",),
            up_block_types=("UpDecoderBlock2D",),
            block_out_channels=(8,),
            layers_per_block=1,
            latent_channels=4,
            norm_num_groups=4,
            sample_size=16,
        ),
        text_encoder=encoder,
        tokenizer=tokenizer,
        transformer=network,
        is_distilled=True,
    )


def z_image() -> object:
    torch.manual_seed(0)
    encoder, tokenizer = qwen(2)
    network = diffusers.ZImageTransformer2DModel(
        in_channels=4,
        dim=16,
        n_layers=1,
        n_refiner_layers=1,
        n_heads=2,
        n_kv_heads=2,
        cap_feat_dim=8,
        axes_dims=[2, 2, 4],
        axes_lens=[1024, 64, 64],
    )
    return diffusers.ZImagePipeline(
        scheduler=diffusers.FlowMatchEulerDiscreteScheduler(shift=3.0),
        vae=diffusers.AutoencoderKL(
            block_out_channels=(8,), norm_num_groups=4, latent_channels=4, scaling_factor=0.36, shift_factor=0.12
        ),
        text_encoder=encoder,
        tokenizer=tokenizer,
        transformer=network,
    )
