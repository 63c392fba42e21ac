"""What each style of the classifier is: two sentences, in English and Chinese."""

from __future__ import annotations

STYLE_CARDS: dict[str, dict[str, str]] = {
    "Art Nouveau": {
        "en": (
            "From about 1890 to 1910, from Brussels and Paris to Vienna and Glasgow, artists built pictures, posters, "
            "furniture and houses from the same whiplash curves of stems, hair and water. "
            "Look for flat areas of colour inside firm outlines, patterns that run to the very edge, and figures "
            "that turn into ornament, as in Klimt, Beardsley and Bilibin."
        ),
        "zh": (
            "约 1890 至 1910 年间，从布鲁塞尔、巴黎到维也纳、格拉斯哥，艺术家们用取自花茎、长发与水流的曲线，"
            "统一了绘画、海报、家具与建筑。"
            "其特征是清晰轮廓内的平涂色块、铺满画面的纹样，以及化为装饰的人物，"
            "如克里姆特、比亚兹莱和比利宾的作品。"
        ),
    },
    "Baroque": {
        "en": (
            "In the 17th century Caravaggio, Rubens, Rembrandt and Velázquez staged the decisive moment: "
            "light cuts through darkness, bodies move on diagonals, and the viewer stands close to the action. "
            "It served the Catholic Church and the courts, and in the Protestant Netherlands it turned to burghers, "
            "taverns and quiet rooms."
        ),
        "zh": (
            "十七世纪，卡拉瓦乔、鲁本斯、伦勃朗与委拉斯开兹着力描绘戏剧性的瞬间："
            "强光划破黑暗，人物沿对角线运动，观者仿佛身临其境。"
            "它服务于天主教会与宫廷，而在新教的荷兰则转向市民、酒馆与静谧的室内。"
        ),
    },
    "Cubism": {
        "en": (
            "From 1907 Picasso and Braque took things apart into facets and showed several views of them at once, "
            "giving up the single viewpoint that painting had kept since the Renaissance. "
            "First came muted browns and greys, then, from 1912, flat bright planes, lettering and collage, "
            "as in Gris, Gleizes and Popova."
        ),
        "zh": (
            "1907 年起，毕加索与布拉克把物体分解为块面，同时呈现多个视角，"
            "放弃了文艺复兴以来绘画所遵循的单一视点。"
            "早期以沉稳的褐色与灰色为主，1912 年后出现明亮的平面、文字与拼贴，"
            "如格里斯、格列兹和波波娃的作品。"
        ),
    },
    "Expressionism": {
        "en": (
            "In the early 20th century artists such as Munch, Kirchner and Schiele bent form and colour until they "
            "showed a state of mind rather than the visible world. "
            "Expect distorted figures, harsh or unnatural colour, broken outlines and a brush that leaves its haste "
            "to be seen."
        ),
        "zh": (
            "二十世纪初，蒙克、基希纳、席勒等艺术家扭曲形与色，描绘的不再是可见的世界，而是内心的状态。"
            "常见变形的人物、强烈或不自然的色彩、断续的轮廓，以及急促可辨的笔触。"
        ),
    },
    "Fauvism": {
        "en": (
            "At the Paris Salon d'Automne of 1905 a critic called Matisse, Derain and Vlaminck “wild beasts”, for "
            "colours that came straight from the tube and no longer from nature. "
            "Shadows are green or violet, drawing is simple, and patches of pure colour carry light and space; "
            "by about 1908 the movement was over."
        ),
        "zh": (
            "1905 年巴黎秋季沙龙上，评论家称马蒂斯、德兰与弗拉芒克为“野兽”，"
            "因为他们的色彩直接来自颜料管，而不再来自自然。"
            "阴影可以是绿色或紫色，造型简括，纯色块承担起光线与空间；这一运动到 1908 年前后即告结束。"
        ),
    },
    "Impressionism": {
        "en": (
            "In the 1870s Monet, Renoir, Pissarro and Morisot left the studio to paint the light of one moment, "
            "in short strokes of unmixed colour that fuse only from a distance. "
            "Shadows are coloured instead of black, outlines dissolve, and the subject is everyday modern life: "
            "rivers, boulevards, gardens, cafés."
        ),
        "zh": (
            "十九世纪七十年代，莫奈、雷诺阿、毕沙罗与莫里索走出画室，"
            "以短促而少经调和的笔触捕捉某一时刻的光，远观时色彩才融为一体。"
            "阴影有色而不再是黑色，轮廓消融，题材是现代的日常生活：河流、林荫大道、花园与咖啡馆。"
        ),
    },
    "Naive Art": {
        "en": (
            "Self-taught painters such as Henri Rousseau, a customs clerk, and Niko Pirosmani, a painter of tavern "
            "signs, worked outside the academies, and around 1900 the avant-garde began to admire them for it. "
            "Perspective is loose, figures stand stiff and frontal, and every leaf and button is painted with the "
            "same care."
        ),
        "zh": (
            "海关职员亨利·卢梭、绘制酒馆招牌的皮罗斯马尼等自学成才的画家置身学院之外，"
            "并在 1900 年前后因此受到前卫艺术家的推崇。"
            "其画面透视随意，人物正面而僵直，每片叶子、每粒纽扣都画得同样仔细。"
        ),
    },
    "Pointillism": {
        "en": (
            "From 1884 Seurat and Signac set small separate touches of pure colour side by side, "
            "trusting the eye to mix them, as the colour science of Chevreul and Rood had led them to hope. "
            "The surface shimmers evenly from edge to edge, while the composition under it is calm and "
            "strictly built."
        ),
        "zh": (
            "1884 年起，修拉与西涅克依据谢弗勒尔和鲁德的色彩学，把细小的纯色点并置在一起，"
            "期望由观者的眼睛完成混色。"
            "画面从一端到另一端均匀闪烁，而其下的构图却沉静而严谨。"
        ),
    },
    "Post-Impressionism": {
        "en": (
            "After 1886 Cézanne, Van Gogh, Gauguin and Toulouse-Lautrec kept the bright palette of Impressionism but "
            "wanted more than the fleeting moment: structure, feeling or symbol. "
            "They have no common manner; look for visible, purposeful strokes, strong outlines and colour chosen "
            "for what it expresses."
        ),
        "zh": (
            "1886 年之后，塞尚、梵高、高更与图卢兹-罗特列克保留了印象派的明亮色彩，"
            "但追求瞬间印象之外的东西：结构、情感或象征。"
            "他们并无统一的手法，共同之处是清晰而有目的的笔触、鲜明的轮廓，以及为表现而选择的色彩。"
        ),
    },
    "Realism": {
        "en": (
            "Around 1850 Courbet and Millet in France, and later the Wanderers in Russia, painted peasants, workers "
            "and ordinary places without idealising them, often as large as history had been painted before. "
            "Colours are earthy, light is plain, and nothing is there that the painter could not have seen."
        ),
        "zh": (
            "1850 年前后，法国的库尔贝与米勒，以及稍后俄国的巡回展览画派，"
            "不加美化地描绘农民、工人与寻常景物，画幅往往大如以往的历史画。"
            "色调多取大地之色，光线平实，画中没有画家未曾亲见之物。"
        ),
    },
    "Renaissance": {
        "en": (
            "In Italy and the Low Countries from about 1400 to 1600 painters won back the measured world of antiquity: "
            "linear perspective, anatomy, and, with oil, the glow of skin and cloth. "
            "Compositions are balanced, often in a triangle, contours are clear, and sacred stories take place in "
            "real rooms and landscapes."
        ),
        "zh": (
            "约 1400 至 1600 年间，意大利与尼德兰的画家重拾古典的理性世界："
            "线性透视、人体解剖，以及油画所带来的肌肤与织物的光泽。"
            "构图均衡，常呈三角形，轮廓清晰，宗教故事发生在真实的室内与风景之中。"
        ),
    },
    "Rococo": {
        "en": (
            "In 18th-century France Watteau, Boucher and Fragonard exchanged the grandeur of the Baroque for pleasure: "
            "garden parties, pastoral love, mythology as play. "
            "The palette is pale (rose, sky blue, cream), the touch feathery, and curves upon curves fill the scene; "
            "Tiepolo carried it to the ceilings of Venice and Würzburg."
        ),
        "zh": (
            "十八世纪的法国，华托、布歇与弗拉戈纳尔以享乐取代了巴洛克的宏大："
            "园中雅集、田园之恋、游戏般的神话。"
            "色彩轻淡（玫瑰、天蓝、乳白），笔触轻盈，曲线层层相叠；"
            "提埃坡罗则将它带上了威尼斯与维尔茨堡的天顶。"
        ),
    },
    "Romanticism": {
        "en": (
            "From about 1780 to 1850 Goya, Turner, Delacroix and Friedrich set feeling, imagination and the "
            "overpowering force of nature against the cool reason of Neoclassicism. "
            "Storms, ruins, night, distant countries and heroic disaster are its subjects, and small figures often "
            "stand before an immense sky."
        ),
        "zh": (
            "约 1780 至 1850 年间，戈雅、透纳、德拉克罗瓦与弗里德里希以情感、想象和自然的伟力，"
            "对抗新古典主义的冷静理性。"
            "风暴、废墟、黑夜、异域与英雄的劫难是其题材，渺小的人物常立于无垠的天空之前。"
        ),
    },
    "Suprematism-Constructivism": {
        "en": (
            "In Russia from 1915 Malevich reduced painting to squares, bars and circles afloat on white, "
            "the “supremacy of pure feeling”; from 1921 the Constructivists put the same forms to use in posters, "
            "books and buildings. "
            "Look for flat geometry, few colours (often red, black and white), tilted axes and no depicted thing "
            "at all."
        ),
        "zh": (
            "1915 年起，马列维奇在俄国将绘画简化为漂浮于白底之上的方、条与圆，"
            "称之为“纯粹感觉的至上”；1921 年起，构成主义者又把这些形式用于海报、书籍与建筑。"
            "其特征是平面的几何形、极少的颜色（常为红、黑、白）、倾斜的轴线，画中不再描绘任何事物。"
        ),
    },
    "Symbolism": {
        "en": (
            "From the 1880s Moreau, Redon, Böcklin and Vrubel turned away from the visible world to dream, myth and "
            "death, believing with the poets of their time that an idea is best hinted at. "
            "Figures are still and look inward, light has no natural source, and each flower, beast or mask stands "
            "for something unsaid."
        ),
        "zh": (
            "十九世纪八十年代起，莫罗、雷东、勃克林与弗鲁贝尔从可见的世界转向梦境、神话与死亡，"
            "与同时代的诗人一样相信，思想宜暗示而不宜明言。"
            "人物沉静内省，光线不知来自何处，每一朵花、每一只兽、每一张面具都代表着未说出的意义。"
        ),
    },
    "Tonalism": {
        "en": (
            "From about 1870 to 1910, first in Whistler's nocturnes and then among American landscape painters such as "
            "Inness and Twachtman, one dominant hue of grey, blue or brown veils the whole picture. "
            "Dusk, mist and moonlight soften every edge, so that mood takes the place of detail."
        ),
        "zh": (
            "约 1870 至 1910 年间，先是惠斯勒的“夜曲”，继而是因内斯、特瓦克特曼等美国风景画家，"
            "以灰、蓝或褐的单一主调笼罩整幅画面。"
            "黄昏、薄雾与月光柔化了每一处边缘，情调取代了细节。"
        ),
    },
    "Ukiyo-e": {
        "en": (
            "“Pictures of the floating world” are the woodblock prints of Edo Japan, 17th to 19th century: "
            "actors, courtesans, heroes, and later the landscapes of Hokusai and Hiroshige. "
            "Black key lines enclose flat or finely graded colour, space is cut boldly at the edges, and writing and "
            "seals belong to the picture; Monet and Van Gogh collected them."
        ),
        "zh": (
            "浮世绘是十七至十九世纪江户时代日本的木版画，描绘歌舞伎演员、美人与武者，"
            "后来又有北斋与广重的风景。"
            "墨线勾勒出平涂或渐变的色彩，构图在边缘处大胆裁切，题字与印章也是画面的一部分；"
            "莫奈与梵高都曾收藏。"
        ),
    },
}
