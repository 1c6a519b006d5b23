"""Sums of products."""

from engine.contraction import contraction

ROWS = (
    contraction(
        "matmul",
        "ij,jk->ik",
        symbol="@",
        title="matrix product",
        does="Multiply the matrices {0} and {1}",
        sends=("multiplies the gradient by {1} transposed", "multiplies {0} transposed by the gradient"),
        latex=r"{0}\,{1}",
        latex_vjp=(r"{0}\,{2}^\top", r"{1}^\top {0}"),
        numpy="{0} @ {1}",
        numpy_vjp=("{0} @ {3}.T", "{2}.T @ {0}"),
        example=([[1.0, 2.0]], [[3.0, 4.0], [5.0, 6.0]]),
        doc="Matrix product.",
    ),
)

PRODUCTS = {(2, 2): "matmul"}  # what a @ b is for operands of so many axes
