"""Posters that members share: designed by the merchant, rendered here, scanned by friends."""
