"""Share links, visits, referrals and the policy that binds them."""
