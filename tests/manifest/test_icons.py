from io import BytesIO

import pytest
from PIL import Image

from manifest.icons import color_icon, outline_icon


@pytest.mark.parametrize(
    ("draw", "size", "mode"),
    [(color_icon, (192, 192), "RGB"), (outline_icon, (32, 32), "RGBA")],
)
def test_icons_have_the_sizes_that_teams_wants(draw, size, mode):
    icon = Image.open(BytesIO(draw()))

    assert (icon.format, icon.size, icon.mode) == ("PNG", size, mode)


def test_the_outline_is_white_on_transparent():
    icon = Image.open(BytesIO(outline_icon()))

    colors = {pixel[:3] for _, pixel in icon.getcolors(maxcolors=32 * 32)}
    alphas = {pixel[3] for _, pixel in icon.getcolors(maxcolors=32 * 32)}
    assert colors == {(255, 255, 255)}
    assert {0, 255} <= alphas


def test_icons_are_drawn_the_same_every_time():
    assert color_icon() == color_icon()
