"""Cart, placement, order and fulfilment states, after-sale."""
