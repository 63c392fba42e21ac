"""Every text that a person can read in the app, error sentences included, in English and Chinese.

One table, so that a missing translation is one missing entry, found by a test.  `{names}` are
filled in by `say`.  Sentences of errors say what was wrong and what is allowed.
"""

from __future__ import annotations

LANGUAGES = ("en", "zh")

TEXT: dict[str, dict[str, str]] = {
    # --- errors: general -------------------------------------------------------------------
    "error.cancelled": {
        "en": "Stopped.",
        "zh": "已停止。",
    },
    "error.unexpected": {
        "en": "Something went wrong on our side; nothing of yours was lost. Please try again.",
        "zh": "我们这边出了点问题，您的内容没有丢失，请重试。",
    },
    # --- errors: pictures (deepart/images.py) ----------------------------------------------
    "picture.missing": {
        "en": "The picture cannot be opened: there is no such file, or it may not be read.",
        "zh": "无法打开图片：文件不存在或没有读取权限。",
    },
    "picture.empty": {
        "en": "The picture file is empty; please choose another one.",
        "zh": "图片文件是空的，请另选一个。",
    },
    "picture.not_an_image": {
        "en": "This file is not a picture that can be read; please use JPEG, PNG, WebP, TIFF, BMP or GIF.",
        "zh": "此文件不是可读取的图片，请使用 JPEG、PNG、WebP、TIFF、BMP 或 GIF 格式。",
    },
    "picture.svg": {
        "en": "SVG drawings are not supported; please use JPEG, PNG, WebP, TIFF, BMP or GIF.",
        "zh": "不支持 SVG 矢量图，请使用 JPEG、PNG、WebP、TIFF、BMP 或 GIF 格式。",
    },
    "picture.damaged": {
        "en": (
            "The picture file is damaged, incomplete or of an unusual kind and cannot be read; "
            "please save it anew as PNG or JPEG."
        ),
        "zh": "图片文件已损坏、不完整或类型特殊，无法读取，请重新另存为 PNG 或 JPEG。",
    },
    "picture.costly": {
        "en": "The picture file is made so that reading it would take too long; please save it anew as PNG or JPEG.",
        "zh": "该图片文件的结构会使读取耗费过多资源，请重新另存为 PNG 或 JPEG。",
    },
    "picture.animation": {
        "en": (
            "The animation is too long; please use a still picture, or an animation of at most {frames} small frames."
        ),
        "zh": "动画过长，请使用静态图片，或帧数不超过 {frames} 且尺寸较小的动画。",
    },
    "picture.too_heavy": {
        "en": "The picture file is larger than the {limit} MB allowed; please make it smaller.",
        "zh": "图片文件超过允许的 {limit} MB，请缩小后再试。",
    },
    "picture.too_many_pixels": {
        "en": "The picture has more than the {limit} megapixels allowed; please make it smaller.",
        "zh": "图片像素超过允许的 {limit} 百万像素，请缩小后再试。",
    },
    "picture.too_small": {
        "en": "The picture is {width} × {height} pixels; each side must have at least {least}.",
        "zh": "图片尺寸为 {width} × {height} 像素，每边至少需要 {least} 像素。",
    },
    # --- errors: checkpoints (deepart/checkpoints.py) --------------------------------------
    "weights.unknown": {
        "en": "There is no checkpoint of that name; choose one of: {known}.",
        "zh": "没有这个名称的模型，可选的有：{known}。",
    },
    "weights.missing": {
        "en": "The bundled checkpoint {name} is not in the weights folder; please get the project again, with it.",
        "zh": "weights 文件夹中缺少自带模型 {name}，请重新获取包含该文件夹的项目。",
    },
    "weights.offline": {
        "en": (
            "The checkpoint {name} is not on this machine and the Hugging Face Hub cannot be reached; "
            "go online once to fetch it, or use the bundled checkpoints."
        ),
        "zh": "本机没有模型 {name}，也无法连接 Hugging Face Hub；请联网下载一次，或使用自带的模型。",
    },
    "weights.switched_off": {
        "en": "The checkpoint {name} is not on this machine and downloads are switched off (HF_HUB_OFFLINE).",
        "zh": "本机没有模型 {name}，且下载已关闭（HF_HUB_OFFLINE）。",
    },
    "weights.not_found": {
        "en": (
            "The Hugging Face Hub has no checkpoint {name} at the pinned revision, "
            "or shows it only to those who set HF_TOKEN."
        ),
        "zh": "Hugging Face Hub 上没有指定版本的模型 {name}，或需要设置 HF_TOKEN 才能访问。",
    },
    "weights.gated": {
        "en": "The Hugging Face Hub refused the checkpoint {name}; accept its terms there and set HF_TOKEN.",
        "zh": "Hugging Face Hub 拒绝提供模型 {name}；请在其网站上接受条款并设置 HF_TOKEN。",
    },
    "weights.hub_error": {
        "en": "The Hugging Face Hub answered the request for {name} with error {status}; please try again later.",
        "zh": "请求模型 {name} 时 Hugging Face Hub 返回错误 {status}，请稍后重试。",
    },
    "weights.stalled": {
        "en": "The download of the checkpoint {name} came to a standstill; please try again.",
        "zh": "模型 {name} 的下载停滞，请重试。",
    },
    "weights.interrupted": {
        "en": "The download of the checkpoint {name} broke off before its end; please try again.",
        "zh": "模型 {name} 的下载中断，请重试。",
    },
    "weights.disk": {
        "en": "The checkpoint {name} could not be saved: the disk is full or its cache (HF_HOME) cannot be written.",
        "zh": "无法保存模型 {name}：磁盘已满，或缓存目录（HF_HOME）不可写。",
    },
    "weights.hash": {
        "en": "The file of the checkpoint {name} was refused: its SHA-256 is not the expected one.",
        "zh": "模型 {name} 的文件已被拒绝：其 SHA-256 与预期不符。",
    },
    "weights.damaged": {
        "en": "The file of the checkpoint {name} was refused: it is damaged or cut short.",
        "zh": "模型 {name} 的文件已被拒绝：文件损坏或不完整。",
    },
    "weights.unsafe": {
        "en": "The file of the checkpoint {name} was refused: it holds something other than plain tensors.",
        "zh": "模型 {name} 的文件已被拒绝：其中含有张量以外的内容。",
    },
    "weights.keys": {
        "en": (
            "The file of the checkpoint {name} was refused: {count} tensors are missing, unknown or "
            "of another shape than its network's, {first} among them."
        ),
        "zh": "模型 {name} 的文件已被拒绝：有 {count} 个张量缺失、多余或形状与网络不符，例如 {first}。",
    },
    "weights.good_for.fastnst": {
        "en": "Repaints a photo in the style of any painting.",
        "zh": "把照片重绘成任意画作的风格。",
    },
    "weights.good_for.vgg19": {
        "en": "Measures style and content while a network is fine-tuned or a picture is refined.",
        "zh": "在微调网络或精修图片时衡量风格与内容。",
    },
    # --- errors: settings (deepart/tasks) --------------------------------------------------
    "setting.range": {
        "en": "The setting “{name}” must be a number from {low} to {high}.",
        "zh": "设置“{name}”必须是 {low} 到 {high} 之间的数。",
    },
    "setting.choice": {
        "en": "The setting “{name}” must be one of: {choices}.",
        "zh": "设置“{name}”必须是以下之一：{choices}。",
    },
    "style.unknown": {
        "en": "There is no style of that name; choose one of: {known}.",
        "zh": "没有这个名称的风格，可选的有：{known}。",
    },
    "style.missing": {
        "en": "Please choose a style from the gallery, or upload a painting to take the style from.",
        "zh": "请从画廊中选择一种风格，或上传一幅画作作为风格来源。",
    },
    "style.other_checkpoint": {
        "en": "This style was made for another checkpoint; for {checkpoint} it has to be made anew from its picture.",
        "zh": "此风格是用另一个模型制作的，需要用原画重新制作后才能用于 {checkpoint}。",
    },
    "content.missing": {
        "en": "Please add a picture to paint first.",
        "zh": "请先添加一张要绘制的图片。",
    },
    "blend.number_of_styles": {
        "en": "A blend takes from 1 to {most} styles.",
        "zh": "混合需要 1 到 {most} 种风格。",
    },
    "blend.all_weights_zero": {
        "en": "At least one style of the blend must have a weight above 0.",
        "zh": "混合中至少要有一种风格的权重大于 0。",
    },
    "recipe.missing": {
        "en": "This file holds no settings of deepart; please choose a PNG that was downloaded here.",
        "zh": "该文件不含 deepart 的设置，请选择从这里下载的 PNG 图片。",
    },
    # --- errors: training (deepart/training) -----------------------------------------------
    "training.no_pictures": {
        "en": "There are no pictures in that folder; please give one that holds JPEG, PNG, WebP, BMP or TIFF files.",
        "zh": "该文件夹中没有图片，请指定包含 JPEG、PNG、WebP、BMP 或 TIFF 文件的文件夹。",
    },
    "training.none_held_out": {
        "en": "Of the pictures in that folder training leaves none out; please give more, or leave out --held-out.",
        "zh": "该文件夹中没有训练时保留的图片，请提供更多图片，或去掉 --held-out。",
    },
    # --- progress ----------------------------------------------------------------------------
    "progress.reading_style": {
        "en": "Reading the style",
        "zh": "读取风格",
    },
    "progress.painting": {
        "en": "Painting",
        "zh": "绘制中",
    },
    # --- the app -----------------------------------------------------------------------------
    "ui.masthead": {
        "en": "# deepart\nRepaint your pictures in the style of any painting.",
        "zh": "# deepart\n用任何画作的风格重绘您的图片。",
    },
    "ui.privacy": {
        "en": (
            "Your pictures stay on this server only as long as you need them and are then deleted; "
            "nobody else can see them, and nothing is sent elsewhere."
        ),
        "zh": "您的图片仅在使用期间保存在本服务器上，之后即被删除；他人无法看到，也不会发送到别处。",
    },
    "ui.error_title": {
        "en": "That did not work",
        "zh": "未能完成",
    },
    "ui.tab_transfer": {
        "en": "Transfer",
        "zh": "风格迁移",
    },
    "ui.content": {
        "en": "Your picture",
        "zh": "您的图片",
    },
    "ui.gallery": {
        "en": "Style: choose a painting",
        "zh": "风格：选择一幅画",
    },
    "ui.own_style": {
        "en": "Or take the style of a picture of your own",
        "zh": "或使用您自己的图片作为风格",
    },
    "ui.own_style_picture": {
        "en": "Picture with the style",
        "zh": "风格图片",
    },
    "ui.own_style_chosen": {
        "en": "The style of **your own picture**",
        "zh": "**您自己图片**的风格",
    },
    "ui.strength": {
        "en": "Strength",
        "zh": "强度",
    },
    "ui.colour": {
        "en": "Colours",
        "zh": "色彩",
    },
    "ui.colour.style": {
        "en": "the style's",
        "zh": "风格的色彩",
    },
    "ui.colour.luminance": {
        "en": "the picture's",
        "zh": "原图的色彩",
    },
    "ui.colour.matched": {
        "en": "the picture's palette",
        "zh": "原图的调色板",
    },
    "ui.colour.palette": {
        "en": "only the style's colours, no strokes",
        "zh": "仅用风格的色彩，不加笔触",
    },
    "ui.size": {
        "en": "Size of the painting",
        "zh": "画作尺寸",
    },
    "ui.size_info": {
        "en": "Longer side; 100 % is the size of your picture.",
        "zh": "长边像素；100 % 为原图尺寸。",
    },
    "ui.paint": {
        "en": "Paint",
        "zh": "绘制",
    },
    "ui.stop": {
        "en": "Stop",
        "zh": "停止",
    },
    "ui.before_after": {
        "en": "Before and after",
        "zh": "前后对比",
    },
    "ui.download": {
        "en": "Download PNG",
        "zh": "下载 PNG",
    },
    "ui.paint_over": {
        "en": "Paint over it again",
        "zh": "在结果上再次绘制",
    },
    "ui.restore_settings": {
        "en": "Restore settings from a PNG",
        "zh": "从 PNG 恢复设置",
    },
    "ui.examples": {
        "en": "Examples: one click paints",
        "zh": "示例：点击即可绘制",
    },
    "ui.photo_credits": {
        "en": "Photos: S. van der Walt, R. Michetti, SpaceX (CC0), NASA (public domain).",
        "zh": "照片：S. van der Walt、R. Michetti、SpaceX（CC0），NASA（公有领域）。",
    },
    "ui.recipe": {
        "en": "How it was made",
        "zh": "制作方式",
    },
    "ui.first_picture": {
        "en": "An example, painted here just now. Add your own picture, or click an example below.",
        "zh": "这是刚刚在此绘制的示例。请添加您的图片，或点击下方的示例。",
    },
    "ui.painted": {
        "en": "Painted {width} × {height} pixels in {seconds:.1f} s.",
        "zh": "已绘制 {width} × {height} 像素，用时 {seconds:.1f} 秒。",
    },
    "ui.credentials_dropped": {
        "en": "Your picture carried content credentials (C2PA); they do not apply to the painting and were left out.",
        "zh": "您的图片带有内容凭证（C2PA），它不适用于画作，因此未保留。",
    },
    "ui.settings_restored": {
        "en": "The settings of that picture are set; press Paint.",
        "zh": "已恢复该图片的设置，请点击“绘制”。",
    },
    "ui.add_style_again": {
        "en": "That picture was painted in a style of one's own: please add its style picture again.",
        "zh": "该图片使用了自备的风格，请重新添加风格图片。",
    },
}


def say(key: str, language: str = "en", **values: object) -> str:
    """Return the text of `key` in `language`, with `values` filled in.

    A language that is not one of `LANGUAGES` reads as English.

    Raises:
        KeyError: there is no such key.
    """
    entry = TEXT[key]
    return entry.get(language, entry["en"]).format(**values)
