"""Figures for Prometheus: served where they are switched on, and nowhere else."""

from __future__ import annotations

import pytest

pytestmark = pytest.mark.scenario


async def test_figures_are_served_only_where_they_are_switched_on(make_house):
    house = await make_house(metrics=True)
    await house.install(house.admin)
    async with house.browse("/metrics") as answer:
        assert answer.status == 200
        figures = await answer.text()
    assert "postroom_" in figures
    assert house.admin.name not in figures


async def test_without_the_setting_there_is_no_such_page(house):
    async with house.browse("/metrics") as answer:
        assert answer.status == 404
