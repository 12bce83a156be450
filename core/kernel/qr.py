"""QR codes as SVG made on the server: no script, no request, sharp at any size."""

from markupsafe import Markup


def qr_svg(text: str) -> Markup:
    """A QR code as an SVG element that takes the size of its box."""
    import qrcode  # only here: few pages show one, and it brings an imaging library along

    code = qrcode.QRCode(error_correction=qrcode.constants.ERROR_CORRECT_M, border=2)
    code.add_data(text)
    code.make(fit=True)
    matrix = code.get_matrix()
    size = len(matrix)
    path = "".join(
        f"M{x} {y}h1v1h-1z" for y, row in enumerate(matrix) for x, dark in enumerate(row) if dark
    )
    return Markup(
        '<svg viewBox="0 0 {0} {0}" shape-rendering="crispEdges" aria-hidden="true">'
        '<path fill="#fff" d="M0 0h{0}v{0}H0z"/><path fill="#12241d" d="{1}"/></svg>'
    ).format(size, path)
