"""China, and the words of Chinese."""

from __future__ import annotations

from stageflow_guard.redaction.recognizers.countries.pack import (
    Country,
    Document,
    members,
    staff,
    students,
)


def resident_identity(value: str) -> bool:
    """Resident identity number: ISO 7064 MOD 11-2."""
    total = sum(int(d) * pow(2, 17 - i, 11) for i, d in enumerate(value[:17])) % 11
    return "10X98765432"[total] == value[17].upper()


COUNTRY = Country(
    code="cn", language="zh",
    words={
        "phone": "请拨|请打|电话|手机|手机号|手机号码|联系电话|座机|致电|拨打|联系|電話|手機|聯絡電話|号码是", "card": "卡号|银行卡|信用卡|银行卡号|信用卡号|借记卡|卡號|信用卡號", "account": "账号|账户|银行账号|帐号|帳號",
        "iban": "国际银行账号", "passport": "护照|护照号|護照", "dob": "出生|生日", "ip": "地址ip|ip地址",
        "other": "构建号|构建编号|版本号|版本号码|内部版本号|型号|订单|订单号|版本|发票|页|价格|金额|编号|快递|运单|流水号|訂單|訂單號",
    },
    fields={
        "PERSON": "患者|病人|旅客|乘客|员工|客户|学生|家长|老师|业主|租客|住户|会员|投诉人|报案人|当事人|司机|收货联系人|监护人姓名|乘机人|入住人|预订人|开户人|法人|负责人|申请人|承租人|出租人|投保人|被保险人|紧急联系人|寄件人|付款人|收款人|经办人|法定代表人|监护人|姓名|名字|收件人|联系人|持卡人|户名|客户姓名|真实姓名|患者姓名|收货人", "STREET_ADDRESS": "地址|住址|家庭住址|收货地址|联系地址|通讯地址|详细地址",
        "PHONE_NUMBER": "电话|手机|手机号|手机号码|联系电话|电话号码|座机|传真|電話|手機", "SECRET": "密码|口令|密钥|登录密码|支付密码|验证码|密碼", "DATE_OF_BIRTH": "出生日期|生日|出生年月|出生年月日",
        "CN_ID": "身份证|身份证号|身份证号码|身份證|证件号码|证件号", "CREDIT_CARD": "卡号|银行卡号|信用卡号|信用卡", "US_BANK_NUMBER": "账号|银行账号|银行账户", "PASSPORT": "护照|护照号|护照号码",
        "EMAIL_ADDRESS": "邮箱|电子邮件|邮件|电子邮箱|郵箱", "USERNAME": "用户名|账户名|用户|登录名|账号名", "LICENSE_PLATE": "车牌|车牌号|车牌号码",
    },
    said="我叫|我的名字是|我是|我的名字叫|本人|我姓名是|敝姓", titles="", born="出生日期|生日|出生于|出生年月日|出生",
    documents=(
        staff("工号|员工编号|员工号|职工号|员工工号"),
        members("客户号|客户编号|客户号码|会员号|会员卡号|会员编号"),
        students("学号|学籍号|准考证号"),
        Document(entity="US_DRIVER_LICENSE", value=r"[0-9]{17}[0-9X]|[0-9]{12}", names="驾驶证号|驾驶证号码|驾照号|驾照号码"),
        Document(entity="CASE_NUMBER", value=r"[(（][0-9]{4}[)）][\u4e00-\u9fff]{1,3}[0-9]{2,6}[\u4e00-\u9fff]{1,3}[0-9]{1,6}号", names="案号"),
        Document(entity="MEDICAL_RECORD_NUMBER", value=r"[A-Z]{0,3}[0-9]{5,12}", names="住院号|病历号|门诊号|就诊号|病案号|就诊卡号|检查号"),
        Document(entity="US_BANK_NUMBER", value=r"[0-9]{12,23}", names="账号|银行账号|卡号|账户"),
        Document(entity="MEMBER_ID", value=r"(?!(?:[0-9]{1,2}[./-]){2}(?:19|20)?[0-9]{2}(?![0-9]))(?=(?:[A-Z /.-]{0,8}[0-9]){4})[A-Z]{0,5}[ /.-]?[0-9]{1,12}(?:[ /.-][0-9]{1,12}){0,4}", names="保单号|保险单号|会员号"),
        Document(
            entity="CN_ID", value=r"[1-9][0-9]{5}(?:18|19|20)[0-9]{2}(?:0[1-9]|1[0-2])(?:0[1-9]|[12][0-9]|3[01])[0-9]{3}[0-9Xx]", check=resident_identity, bare_valid=0.7,
            names="身份证|身份证号|身份证号码|身份证号码是|身份證|身份證號|证件号码|证件号|身份证号是|resident identity|id card|chinese id",
        ),
        Document(entity="PASSPORT", value=r"[EGDSPH][A-Z]?[0-9]{7,8}", names="护照|护照号|护照号码|護照|護照號碼"),
        Document(entity="LICENSE_PLATE", value=r"[\u4e00-\u9fff][ ]?[A-Z][ ]?[·.]?[A-Z0-9]{5,6}", names="车牌|车牌号|车牌号码"),
    ),
)  # fmt: skip
