"""The messages the trunk itself sends: about accounts and parcels."""

from core.messages.rules.templates import Template, Text, declare_template

CODE_SIGN_IN = declare_template(
    Template(
        "code.sign_in",
        {
            "zh": Text(
                "%(shop)s 登录验证码",
                "【%(shop)s】你的登录验证码是 %(code)s，%(minutes)s 分钟内有效，请勿告诉他人。",
            ),
            "en": Text(
                "Your %(shop)s sign-in code",
                "[%(shop)s] %(code)s is your sign-in code. It is valid for %(minutes)s minutes. "
                "Do not tell it to anybody.",
            ),
        },
        is_secret=True,
    )
)
CODE_BIND = declare_template(
    Template(
        "code.bind",
        {
            "zh": Text(
                "%(shop)s 绑定验证码",
                "【%(shop)s】你正在更换账户的联系方式，验证码是 %(code)s，%(minutes)s 分钟内有效。"
                "如非本人操作，请忽略。",
            ),
            "en": Text(
                "Confirm your address at %(shop)s",
                "[%(shop)s] %(code)s confirms your new contact. It is valid for %(minutes)s "
                "minutes. If this was not you, ignore it.",
            ),
        },
        is_secret=True,
    )
)
CODE_RESET = declare_template(
    Template(
        "code.reset",
        {
            "zh": Text(
                "%(shop)s 重置密码",
                "【%(shop)s】你正在重置密码，验证码是 %(code)s，%(minutes)s 分钟内有效，"
                "请勿告诉他人。",
            ),
            "en": Text(
                "Reset your %(shop)s password",
                "[%(shop)s] %(code)s lets you set a new password. It is valid for %(minutes)s "
                "minutes. Do not tell it to anybody.",
            ),
        },
        is_secret=True,
    )
)
CONTACT_CHANGED = declare_template(
    Template(
        "member.contact_changed",
        {
            "zh": Text(
                "%(shop)s 账户联系方式已更换",
                "【%(shop)s】你账户的联系方式已更换为 %(contact)s。如非本人操作，请立即联系客服。",
            ),
            "en": Text(
                "Your contact at %(shop)s was changed",
                "[%(shop)s] The contact of your account is now %(contact)s. "
                "If this was not you, call us at once.",
            ),
        },
    )
)
PASSWORD_CHANGED = declare_template(
    Template(
        "member.password_changed",
        {
            "zh": Text(
                "%(shop)s 密码已修改",
                "【%(shop)s】你账户的密码已修改，其他设备已退出登录。如非本人操作，请立即联系客服。",
            ),
            "en": Text(
                "Your %(shop)s password was changed",
                "[%(shop)s] The password of your account was changed and other devices were signed "
                "out. If this was not you, call us at once.",
            ),
        },
    )
)
ORDER_SHIPPED = declare_template(
    Template(
        "order.shipped",
        {
            "zh": Text(
                "%(shop)s 订单已发货",
                "【%(shop)s】你的订单 %(order_no)s 已发货，%(carrier)s，运单号 %(tracking_no)s。",
            ),
            "en": Text(
                "Your %(shop)s order was shipped",
                "[%(shop)s] Your order %(order_no)s was shipped by %(carrier)s, tracking number "
                "%(tracking_no)s.",
            ),
        },
    )
)
