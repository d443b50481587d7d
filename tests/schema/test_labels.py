"""What Arrow's columns are as NumPy's."""

import numpy as np
import pyarrow as pa
import pytest

from gnomon.schema.labels import numbers, numpy_type

WHOLE = [getattr(pa, f"{sign}int{bits}")() for sign in ("", "u") for bits in (8, 16, 32, 64)]


@pytest.mark.parametrize("kind", [*WHOLE, pa.float16(), pa.float32(), pa.float64(), pa.bool_()], ids=str)
def test_numpy_types_of_arrow_types(kind):
    """As Arrow says them, which needs pandas for it in some versions; of a column without rows too."""
    assert numpy_type(kind) == np.dtype(kind.to_pandas_dtype())
    assert numbers(pa.chunked_array([], kind)).dtype == numpy_type(kind)
    values = pa.array([0, 1, 1], pa.int8()).cast(kind)
    np.testing.assert_array_equal(numbers(values), [0, 1, 1])
    assert numbers(values[1:]).dtype == numpy_type(kind)
