def test_numpy_types_of_arrow_types():
    """As Arrow says them, which needs pandas for it in some versions."""
    import numpy as np
    import pyarrow as pa

    from gnomon.schema.labels import numpy_type

    kinds = [getattr(pa, f"{sign}int{bits}")() for sign in ("", "u") for bits in (8, 16, 32, 64)]
    for kind in (*kinds, pa.float16(), pa.float32(), pa.float64(), pa.bool_()):
        assert numpy_type(kind) == np.dtype(kind.to_pandas_dtype())
