"""Explained: what a site's server said to a delivery, what it means and what to do, for those who look after it. Pure.

Statuses: https://hl7.org/fhir/R4/http.html#summary; codes: https://hl7.org/fhir/R4/valueset-issue-type.html.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import MappingProxyType

#: In English and in Chinese.
Told = tuple[str, str]

_ALONE = "It is tried again by itself."
_ALONE_ZH = "系统会自动重试。"

OUTCOMES: Mapping[str, Told] = MappingProxyType(
    {
        "not-sent": (
            "The site's file declares a fallback, and its server has no use for this: nothing was sent.",
            "中心文件声明了替代方式，对方服务器无需此资源：未发送。",
        ),
        "certificate": (
            "We do not trust the server's certificate, or it refused ours. Check ca_file and certificate_file.",
            "对方证书不受信任，或对方拒绝了本方证书。请检查 ca_file 与 certificate_file。",
        ),
        "credentials secret": (
            "The password or token cannot be read: check secret_file or secret_env of the site's file.",
            "无法读取密码或令牌：请检查中心文件中的 secret_file 或 secret_env。",
        ),
        "credentials key": (
            "The key we sign with cannot be used: key_file must hold a private JWK, RSA or P-384.",
            "签名密钥不可用：key_file 须为私钥 JWK（RSA 或 P-384）。",
        ),
        "credentials certificate": (
            "Our certificate, its key or the CA file cannot be read.",
            "无法读取本方证书、私钥或 CA 文件。",
        ),
        "discovery": (
            "The server does not say where tokens are given. Set token_url, or have its smart-configuration mended.",
            "对方未公布令牌地址。请设置 token_url，或由对方修正 smart-configuration。",
        ),
        "token": (
            "The authorization server gave no token. Is our client registered there, with our key and this scope?",
            "授权服务器未发放令牌。请确认本方客户端、公钥与 scope 已在对方登记。",
        ),
        "search": (
            "The search that comes first was not answered as a FHIR server does. Have the hospital look at its server.",
            "前置检索未得到符合 FHIR 的应答。请医院检查其服务器。",
        ),
        "search several": (
            "Several resources there bear our identifier. Let the hospital keep one of them.",
            "对方有多个资源使用同一标识。请医院仅保留其一。",
        ),
        "search ignored": (
            "The server ignores the search by identifier: what it found is not what was asked for.",
            "对方服务器忽略了按标识检索的条件。",
        ),
        "patient unknown": (
            "The server knows no Patient by the identifier that its feed told. The letter waits; we never create one.",
            "对方服务器中没有该标识的患者。该消息将等待；本系统从不创建患者。",
        ),
        "patient several": (
            "The server knows several Patients by that identifier. Let the hospital join them. The letter waits.",
            "对方服务器中有多个患者使用该标识。请医院合并；该消息将等待。",
        ),
        "400": (
            "The server finds the resource invalid, or does not know what it refers to (the patient?).",
            "对方认为资源无效，或不认识其引用的资源（如患者）。",
        ),
        "401": (
            "The server does not know who we are: check auth and the secret of the site's file.",
            "对方不认可本方身份：请检查中心文件的 auth 与密钥。",
        ),
        "403": (
            "We may not do this there: let the hospital give our account the right to write.",
            "本方无权进行此操作：请医院授予写入权限。",
        ),
        "404": (
            "There is no such address, type or target: check url; `site check --online` tells what the server has.",
            "地址、资源类型或目标不存在：请检查 url，并运行 site check --online。",
        ),
        "405": ("The server does not take such a request there.", "对方不接受此类请求。"),
        "409": (f"It conflicts with another change there. {_ALONE}", f"与对方的其他修改冲突。{_ALONE_ZH}"),
        "410": (
            "It was deleted there. Ask the hospital why, then replay it.",
            "该资源在对方已被删除。请向医院核实后重新发送。",
        ),
        "412": (
            "Several resources there match our identifier, or the server wants a condition. Let the hospital keep one.",
            "对方有多个资源匹配同一标识，或要求附加条件。请医院仅保留其一。",
        ),
        "422": (
            "The server's own rules or profiles refuse the resource. Ask the hospital which rule; then replay it.",
            "资源不符合对方的规则或 profile。请向医院了解具体规则后重新发送。",
        ),
        "429": (f"The server asks for time. {_ALONE}", f"对方要求放慢速度。{_ALONE_ZH}"),
    }
)
_CLASSES: Mapping[str, Told] = MappingProxyType(
    {
        "2": ("Delivered.", "已送达。"),
        "3": (
            "The server points elsewhere, and we never follow: write the right address into url.",
            "对方要求转到其他地址，本系统不会跟随：请在 url 中填写正确地址。",
        ),
        "4": (
            "The server refuses this request, and will again. Mend the reason, then replay it.",
            "对方拒绝此请求，重发仍会被拒。请排除原因后重新发送。",
        ),
        "5": (f"The server failed. {_ALONE}", f"对方服务器出错。{_ALONE_ZH}"),
    }
)
_SILENT: Told = (
    f"The server could not be reached, or did not answer in time. {_ALONE}",
    f"无法连接对方服务器，或未及时应答。{_ALONE_ZH}",
)
_HTML: Told = (
    "A page came in place of a FHIR answer: a proxy or a log-in page stands between. Check url.",
    "返回的是网页而非 FHIR 应答：中间有代理或登录页。请检查 url。",
)
CODES: Mapping[str, Told] = MappingProxyType(
    {
        "business-rule": ("a rule of the server's own", "对方的业务规则"),
        "code-invalid": ("a code that it does not know", "未知代码"),
        "conflict": ("a conflict of edits", "修改冲突"),
        "duplicate": ("it is there already", "已存在"),
        "exception": ("a fault within the server", "服务器内部错误"),
        "forbidden": ("not allowed", "无权限"),
        "invalid": ("content that it finds invalid", "内容无效"),
        "invariant": ("a rule of the standard or a profile", "标准或 profile 的规则"),
        "login": ("no valid log-in", "未登录"),
        "multiple-matches": ("several matches", "多个匹配"),
        "not-found": ("something that is referred to is not there", "引用的资源不存在"),
        "not-supported": ("something that it does not support", "不支持"),
        "processing": ("it could not be processed", "无法处理"),
        "required": ("an element that it demands", "缺少必需元素"),
        "security": ("security", "安全"),
        "structure": ("the structure", "结构"),
        "throttled": ("too many requests", "请求过多"),
        "timeout": ("it took too long", "超时"),
        "transient": ("it will pass", "暂时性问题"),
        "value": ("a value", "取值"),
    }
)


def explained(outcome: str, codes: Sequence[str] = ()) -> Told:
    """What an outcome means and what to do; of codes those that the standard has."""
    en, zh = _outcome(outcome)
    known = [CODES[code] for code in codes if code in CODES]
    if known:
        en += f" It names: {', '.join(one for one, _ in known)}."
        zh += f"对方指出：{'、'.join(one for _, one in known)}。"
    return en, zh


def _outcome(outcome: str) -> Told:
    if outcome in OUTCOMES:
        return OUTCOMES[outcome]
    if outcome.endswith(" html"):
        return _HTML
    first = outcome.partition(" ")[0]
    return OUTCOMES.get(first) or (_CLASSES.get(outcome[:1], _SILENT) if outcome[:3].isdigit() else _SILENT)
