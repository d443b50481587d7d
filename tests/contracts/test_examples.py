"""The example predictions are what their script makes."""

import importlib.util

from tests.conftest import ROOT


def test_the_script_makes_the_files(tmp_path, monkeypatch):
    """Every file, to the row; numbers to the digits that survive another version of scikit-learn."""
    import pandas as pd

    spec = importlib.util.spec_from_file_location("make_predictions", ROOT / "examples" / "make_predictions.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    monkeypatch.setattr(module, "FOLDER", tmp_path)
    for make in (
        module.digits_nine,
        module.digits_three,
        module.digits_parts,
        module.breast_cancer,
        module.digits_ten,
        module.diabetes,
    ):
        make()
    kept = sorted((ROOT / "examples" / "predictions").iterdir())
    assert [path.name for path in kept] == sorted(path.name for path in tmp_path.iterdir())
    for path in kept:
        pd.testing.assert_frame_equal(pd.read_csv(path), pd.read_csv(tmp_path / path.name), rtol=1e-4)
