"""Who writes to the believable mailbox, and what: people, requests, automatic senders."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Correspondents:
    """People of one language who write about the same kinds of things.

    Names are `shown=ascii`. In `requests` each has a subject and a text; `{n}` is an order or
    invoice number.
    """

    charset: str
    given_names: str
    family_names: str
    domains: str
    requests: tuple[tuple[str, str], ...]
    follow_up: str
    family_first: bool = False

    def person(self, number: int) -> tuple[str, str]:
        """A name and an address; the same for the same number."""
        given, given_ascii = _pick(self.given_names, number)
        family, family_ascii = _pick(self.family_names, number // 4 + number)
        domain = self.domains.split()[number % len(self.domains.split())]
        shown = f"{family} {given}" if self.family_first else f"{given} {family}"
        return shown, f"{given_ascii}.{family_ascii}@{domain}"


def _pick(names: str, number: int) -> tuple[str, str]:
    words = names.split()
    shown, _, ascii_ = words[number % len(words)].partition("=")
    return shown, ascii_


CORRESPONDENTS = (
    Correspondents(
        "utf-8",
        "Margaret=margaret Dev=dev Siobhán=siobhan Tyrell=tyrell",
        "Holloway=holloway Patel=patel O'Rourke=orourke Tanner-Brown=tannerbrown",
        "northfieldbakery.example patelhardware.example lakesideclinic.example",
        (
            ("Invoice {n} charged twice", "Our card shows invoice {n} twice this month."),
            ("Cannot sign in since Monday", "The site says my password has expired. Case {n}."),
            ("Order {n} arrived damaged", "Two of the six boxes of order {n} were crushed."),
            ("Please change our delivery address", "From next month order {n} goes to our depot."),
            ("Quote for 40 units", "Could you send a quote like {n}, but for 40 units?"),
        ),
        "Any news on this? We are waiting for your answer.",
    ),
    Correspondents(
        "iso-8859-1",
        "Jürgen=juergen Käthe=kaethe Ulf=ulf Sabine=sabine",
        "Weiß=weiss Brömmel=broemmel Größler=groessler Vogt=vogt",
        "weiss-maschinenbau.example broemmel-reisen.example",
        (
            ("Rückfrage zur Rechnung {n}", "in der Rechnung {n} fehlt unsere Bestellnummer."),
            ("Lieferung {n} unvollständig", "von Lieferung {n} fehlen drei Geräte."),
            ("Kündigung zum Quartalsende", "hiermit kündigen wir den Vertrag {n}."),
        ),
        "Könnten Sie das bitte heute noch prüfen? Danke und schöne Grüße",
    ),
    Correspondents(
        "utf-8",
        "Éloïse=eloise Baptiste=baptiste Maëlle=maelle Noël=noel",
        "Garnier=garnier Lefèvre=lefevre Béranger=beranger Côté=cote",
        "atelier-garnier.example mairie-saintmartin.example",
        (
            ("Commande n° {n} non reçue", "Nous n'avons toujours pas reçu la commande {n}."),
            (
                "Demande de remboursement {n}",
                "Merci de rembourser la facture {n}, payée deux fois.",
            ),
        ),
        "Avez-vous pu regarder ? Merci d'avance.",
    ),
    Correspondents(
        "utf-8",
        "Íñigo=inigo María=maria Begoña=begona Raúl=raul",
        "Peñalver=penalver Ibáñez=ibanez Núñez=nunez Güell=guell",
        "talleres-penalver.example floristeriaibanez.example",
        (
            ("¿Cuándo llega el pedido {n}?", "El pedido {n} debía llegar ayer."),
            ("Factura {n} sin IVA", "La factura {n} no lleva el IVA desglosado."),
        ),
        "Seguimos esperando respuesta. Un saludo.",
    ),
    Correspondents(
        "iso-2022-jp",
        "美咲=misaki 健太=kenta 陽子=yoko 蓮=ren",
        "佐々木=sasaki 小林=kobayashi 渡邊=watanabe 齋藤=saito",
        "hikari-denki.example kobayashi-ya.example",
        (
            ("注文番号{n}の納期について", "注文番号{n}の納期を教えてください。"),
            ("請求書{n}の再発行のお願い", "請求書{n}を再発行していただけますか。"),
        ),
        "その後いかがでしょうか。よろしくお願いいたします。",
        family_first=True,
    ),
    Correspondents(
        "gb18030",
        "晓明=xiaoming 丽=li 建国=jianguo 雨欣=yuxin",
        "陈=chen 王=wang 欧阳=ouyang 吕=lyu",
        "mingxin-trade.example lihua-textile.example",
        (
            ("关于订单{n}的付款问题", "订单{n}已付款,但是系统显示未付款。"),
            ("产品说明书", "请寄送型号{n}的产品说明书。"),
        ),
        "请问有进展吗?谢谢。",
        family_first=True,
    ),
    Correspondents(
        "koi8-r",
        "Татьяна=tatiana Игорь=igor Юлия=yulia Артём=artyom",
        "Воронина=voronina Мельник=melnik Щукина=schukina Жданов=zhdanov",
        "stroyservis.example melnik-print.example",
        (
            ("Счёт {n}: просим уточнить реквизиты", "В счёте {n} указаны старые реквизиты."),
            ("Не работает личный кабинет", "Личный кабинет по договору {n} не открывается."),
        ),
        "Добрый день! Есть ли новости?",
    ),
    Correspondents(
        "utf-8",
        "ليلى=layla يوسف=yousef مريم=maryam خالد=khaled",
        "منصور=mansour الحداد=alhaddad السعيد=alsaid قاسم=qasim",
        "mansour-trading.example alhaddad.example",
        (
            ("استفسار عن الطلب {n}", "لم يصل الطلب رقم {n} حتى الآن."),
            ("تعديل الفاتورة {n}", "نرجو تعديل اسم الشركة في الفاتورة {n}."),
        ),
        "هل من جديد؟ شكراً لكم.",
    ),
    Correspondents(
        "utf-8",
        "נועה=noa איתן=eitan תמר=tamar יונתן=yonatan",
        "ברקוביץ=berkovich לוי=levi אלון=alon שגיא=sagi",
        "berkovich-law.example alon-design.example",
        (("החזר כספי עבור הזמנה {n}", "אשמח לקבל החזר עבור הזמנה {n}."),),
        "האם יש עדכון?",
    ),
    Correspondents(
        "utf-8",
        "अनिता=anita राहुल=rahul सुनीता=sunita विक्रम=vikram",
        "शर्मा=sharma वर्मा=verma गुप्ता=gupta जोशी=joshi",
        "sharmatextiles.example guptasteel.example",
        (("ऑर्डर {n} की स्थिति", "कृपया ऑर्डर {n} की स्थिति बताएँ।"),),
        "कृपया जल्दी उत्तर दें। धन्यवाद।",
    ),
    Correspondents(
        "utf-8",
        "서연=seoyeon 지훈=jihoon 하은=haeun 민수=minsu",
        "김=kim 이=lee 황보=hwangbo 최=choi",
        "hanbit-lab.example namsan-print.example",
        (("주문 {n} 배송 문의", "주문 {n}의 배송 일정을 알고 싶습니다."),),
        "답변 부탁드립니다.",
        family_first=True,
    ),
    Correspondents(
        "iso-8859-7",
        "Ελένη=eleni Νίκος=nikos Ζωή=zoi Γιώργος=giorgos",
        "Παπαδάκη=papadaki Ξενάκης=xenakis Ψαρρού=psarrou Λύρας=lyras",
        "papadaki-foods.example lyras-marine.example",
        (("Καθυστέρηση παραγγελίας {n}", "Η παραγγελία {n} έχει καθυστερήσει."),),
        "Έχετε κάποιο νέο; Ευχαριστώ.",
    ),
    Correspondents(
        "utf-8",
        "Gülşen=gulsen Çağrı=cagri Işıl=isil Ömer=omer",
        "Çağlar=caglar Yıldız=yildiz Öztürk=ozturk Şimşek=simsek",
        "caglarmobilya.example yildiznakliyat.example",
        (("{n} numaralı sipariş iptali", "{n} numaralı siparişi iptal etmek istiyoruz."),),
        "Dönüşünüzü bekliyoruz.",
    ),
    Correspondents(
        "utf-8",
        "Hạnh=hanh Đức=duc Thảo=thao Quỳnh=quynh",
        "Nguyễn=nguyen Trần=tran Phạm=pham Đặng=dang",
        "hanhcoffee.example trangarden.example",
        (("Hỏi về hóa đơn {n}", "Vui lòng gửi lại hóa đơn {n} cho chúng tôi."),),
        "Xin cho biết tình hình. Cảm ơn.",
        family_first=True,
    ),
    Correspondents(
        "utf-8",
        "สมชาย=somchai พิมพ์=pim อนงค์=anong กิตติ=kitti",
        "วงศ์ไทย=wongthai ศรีสุข=srisuk ทองดี=thongdee ใจงาม=jaingam",
        "wongthai-rice.example srisuk-travel.example",
        (("สอบถามใบสั่งซื้อ {n}", "ยังไม่ได้รับสินค้าตามใบสั่งซื้อ {n}"),),
        "มีความคืบหน้าไหมครับ",
    ),
    Correspondents(
        "utf-8",
        "Zoë=zoe Björn=bjorn Łucja=lucja Ștefan=stefan",
        "Reception🛎️=facilities Ödegård=odegard Żak=zak Țurcanu=turcanu",
        "brightspace-cowork.example odegard-vvs.example",
        (("Access cards 🔑 batch {n}", "🙏 We still need 12 access cards from batch {n}."),),
        "👀?",
    ),
)

NEWSLETTERS = (
    ("Packaging Weekly", "news@packagingweekly.example", "packaging-weekly"),
    ("Cloud Status Digest", "digest@cloudstatus.example", "status-digest"),
    ("Trade Fair Organisers", "hello@tradefair.example", "exhibitors"),
)
"""(name, address, list id)."""

HEADLINES = (
    "Seven ways to stack a pallet",
    "Scheduled maintenance this weekend",
    "Your stand is waiting: book before Friday",
    "What the new customs form means for you",
)
