// What the page says, in English and Korean, and how it writes names, numbers and money.

const WORDS = {
  en: {
    'skip': 'Skip to the content', 'shop': 'Shop', 'board': 'Board', 'views': 'Views', 'mine': 'Yours', 'notices': 'Messages',
    'language': '한국어',
    'shop.title': 'First come, first served', 'campaigns': 'Coupons', 'popular': 'Selling best',
    'popular.window': 'last 72 hours, live', 'products': 'Products', 'more': 'Show more', 'nothing.sold': 'Nothing sold yet.',
    'footer.docs': 'Every call of the API, to be tried', 'footer.streams': 'This page is a client of it like any other.',
    'who': 'Shopping as', 'signed.in': 'Signed in', 'sign.out': 'Sign out', 'token': 'Bearer token',
    'token.hint': 'Paste a token of the issuer that this shop trusts. It stays in this tab.', 'token.use': 'Use it',
    'sign.in': 'Sign in', 'sign.in.first': 'Sign in first: who is asking comes from a token.',
    'won': '{n} won', 'points': '{n} points', 'off': '{n} off', 'at.most': 'up to {n}', 'from': 'orders from {n}', 'any.order': 'any order',
    'left.of': '{n} of {total} left', 'get': 'Get it', 'got': 'Yours', 'sold.out': 'Sold out', 'closed': 'Over', 'opens': 'Opens {at}',
    'in.stock': '{n} left', 'none.left': 'Sold out', 'not.on.sale': 'Not on sale', 'add': 'Add to cart', 'add.name': 'Add to cart: {name}',
    'sold': '{n} sold', 'account': 'Points', 'charge': 'Charge', 'charged': 'Charged. You now have {n} points.',
    'issued': 'The coupon is yours.', 'issued.again': 'You had it already.', 'added': '{name} is in your cart.',
    'cart': 'Cart', 'cart.empty': 'Nothing in it yet. A cart reserves nothing; an order does.', 'less': 'One {name} less', 'one.more': 'One {name} more',
    'remove': 'Take {name} out', 'coupon.use': 'Coupon for this order', 'coupon.none': 'none', 'total': 'Total', 'order': 'Place the order',
    'ordered': 'Ordered. It waits for your payment until {at}.', 'orders': 'Orders', 'orders.empty': 'No orders yet.',
    'pay': 'Pay {n}', 'paid': 'Paid. You have {n} points left.', 'cancel': 'Cancel', 'cancelled': 'Cancelled; everything was given back.',
    'PENDING': 'waiting for payment', 'PAID': 'paid', 'CANCELLED': 'cancelled', 'EXPIRED': 'expired', 'REFUNDED': 'refunded',
    'and.more': '{name} and {n} more', 'to.cart': 'Cart, {n}', 'lost': 'The shop did not answer.', 'lost.detail': 'Try again in a moment; nothing is done twice.',
    'short': 'only {n} left of {name}',
    'board.title': 'The drop, as it happens', 'live': 'live', 'connecting': 'connecting …', 'campaign': 'Campaign', 'product': 'Product',
    'coupons.left': 'Coupons left', 'units.left': 'Units left', 'of': 'of {n}', 'choose': 'none chosen',
    'UPCOMING': 'not open yet', 'OPEN': 'open', 'SOLD_OUT': 'sold out', 'CLOSED': 'over',
    'figures': 'This instance, each second', 'f.orders': 'orders', 'f.coupons': 'coupons', 'f.payments': 'payments', 'f.refused': 'refused',
    'f.latency': 'slowest call, p99', 'f.p50': 'p50 {n} ms', 'ms': '{n} ms', 'peak': 'peak {n}',
    'refusals': 'Refused', 'refusals.since': 'since the start', 'refusals.none': 'Nobody has been refused.',
    'spoken': '{coupons} coupons left, {units} units left, {orders} orders a second.',
    'crowd': 'Send a crowd', 'crowd.about': 'Strangers who charge points, want the coupon, order and pay, each over HTTP to this very shop.',
    'buyers': 'Buyers', 'fresh': 'On a new drop: 500 coupons, 400 units', 'send': 'Send them', 'crowd.on': '{gone} of {n} have been served',
    'crowd.done': 'All {n} have been served.', 'drop.name': '5,000 won off, the first 500', 'drop.product': 'Moon jar, small edition',
    'o.CHARGED': 'charged', 'o.ISSUED': 'got a coupon', 'o.ORDERED': 'ordered', 'o.PAID': 'paid', 'o.BROKEN': 'gave up',
    'c.COUPON_SOLD_OUT': 'coupon sold out', 'c.INSUFFICIENT_STOCK': 'out of stock', 'c.INSUFFICIENT_POINTS': 'not enough points',
    'c.OVERLOADED': 'overloaded', 'c.INVALID_REQUEST': 'invalid request', 'c.UNAUTHENTICATED': 'no valid token',
    'c.COUPON_NOT_OPEN': 'coupon not open', 'c.COUPON_NOT_USABLE': 'coupon not usable', 'c.TOO_MANY_REQUESTS': 'too many requests',
  },
  ko: {
    'skip': '본문으로 건너뛰기', 'shop': '상점', 'board': '현황판', 'views': '화면', 'mine': '내 정보', 'notices': '알림',
    'language': 'English',
    'shop.title': '먼저 온 순서대로', 'campaigns': '쿠폰', 'popular': '인기 상품', 'popular.window': '최근 72시간, 실시간',
    'products': '상품', 'more': '더 보기', 'nothing.sold': '아직 팔린 상품이 없습니다.',
    'footer.docs': 'API의 모든 호출 시험하기', 'footer.streams': '이 화면도 API를 쓰는 하나의 클라이언트입니다.',
    'who': '사용자', 'signed.in': '로그인됨', 'sign.out': '로그아웃', 'token': '베어러 토큰',
    'token.hint': '이 상점이 신뢰하는 발급자의 토큰을 붙여 넣으세요. 이 탭에만 남습니다.', 'token.use': '사용하기',
    'sign.in': '로그인', 'sign.in.first': '먼저 로그인하세요. 누구인지는 토큰으로만 압니다.',
    'won': '{n}원', 'points': '{n} 포인트', 'off': '{n} 할인', 'at.most': '최대 {n}', 'from': '{n} 이상 주문', 'any.order': '모든 주문',
    'left.of': '{total}장 중 {n}장 남음', 'get': '쿠폰 받기', 'got': '받았습니다', 'sold.out': '소진', 'closed': '종료', 'opens': '{at} 시작',
    'in.stock': '{n}개 남음', 'none.left': '품절', 'not.on.sale': '판매하지 않음', 'add': '담기', 'add.name': '담기: {name}',
    'sold': '{n}개 판매', 'account': '포인트', 'charge': '충전', 'charged': '충전했습니다. 잔액은 {n} 포인트입니다.',
    'issued': '쿠폰을 받았습니다.', 'issued.again': '이미 받은 쿠폰입니다.', 'added': '{name}, 장바구니에 담았습니다.',
    'cart': '장바구니', 'cart.empty': '비어 있습니다. 장바구니는 재고를 잡아 두지 않으며, 주문해야 잡힙니다.', 'less': '{name} 하나 빼기', 'one.more': '{name} 하나 더',
    'remove': '{name} 빼기', 'coupon.use': '이 주문에 쓸 쿠폰', 'coupon.none': '사용 안 함', 'total': '합계', 'order': '주문하기',
    'ordered': '주문했습니다. {at}까지 결제해 주세요.', 'orders': '주문 내역', 'orders.empty': '주문이 없습니다.',
    'pay': '{n} 결제', 'paid': '결제했습니다. 남은 포인트는 {n}입니다.', 'cancel': '취소', 'cancelled': '취소하고 모두 되돌렸습니다.',
    'PENDING': '결제 대기', 'PAID': '결제 완료', 'CANCELLED': '취소', 'EXPIRED': '기한 만료', 'REFUNDED': '환불',
    'and.more': '{name} 외 {n}건', 'to.cart': '장바구니, {n}', 'lost': '상점이 응답하지 않습니다.', 'lost.detail': '잠시 뒤 다시 시도하세요. 두 번 처리되지 않습니다.',
    'short': '{name}: {n}개만 남음',
    'board.title': '실시간 드롭 현황', 'live': '실시간', 'connecting': '연결하는 중 …', 'campaign': '캠페인', 'product': '상품',
    'coupons.left': '남은 쿠폰', 'units.left': '남은 재고', 'of': '전체 {n}', 'choose': '선택 안 함',
    'UPCOMING': '시작 전', 'OPEN': '발급 중', 'SOLD_OUT': '소진', 'CLOSED': '종료',
    'figures': '이 인스턴스의 초당 처리', 'f.orders': '주문', 'f.coupons': '쿠폰', 'f.payments': '결제', 'f.refused': '거절',
    'f.latency': '가장 느린 호출, p99', 'f.p50': 'p50 {n} ms', 'ms': '{n} ms', 'peak': '최고 {n}',
    'refusals': '거절 사유', 'refusals.since': '시작 이후', 'refusals.none': '거절된 요청이 없습니다.',
    'spoken': '쿠폰 {coupons}장, 재고 {units}개 남음, 초당 주문 {orders}건.',
    'crowd': '가상 구매자 보내기', 'crowd.about': '처음 온 사람들이 포인트를 충전하고, 쿠폰을 받고, 주문하고, 결제합니다. 모두 이 상점에 HTTP로 접속합니다.',
    'buyers': '구매자 수', 'fresh': '새 드롭 열기: 쿠폰 500장, 재고 400개', 'send': '보내기', 'crowd.on': '{n}명 중 {gone}명 처리',
    'crowd.done': '{n}명 모두 처리했습니다.', 'drop.name': '선착순 500명 5,000원 할인', 'drop.product': '작은 달항아리',
    'o.CHARGED': '충전', 'o.ISSUED': '쿠폰 받음', 'o.ORDERED': '주문', 'o.PAID': '결제', 'o.BROKEN': '포기',
    'c.COUPON_SOLD_OUT': '쿠폰 소진', 'c.INSUFFICIENT_STOCK': '재고 부족', 'c.INSUFFICIENT_POINTS': '포인트 부족',
    'c.OVERLOADED': '과부하', 'c.INVALID_REQUEST': '잘못된 요청', 'c.UNAUTHENTICATED': '유효한 토큰 없음',
    'c.COUPON_NOT_OPEN': '발급 기간 아님', 'c.COUPON_NOT_USABLE': '쓸 수 없는 쿠폰', 'c.TOO_MANY_REQUESTS': '요청이 너무 많음',
  },
};

const KEY = 'firstcome.language';
// Browsers send as Accept-Language what they have here.
let current = localStorage.getItem(KEY) ?? (navigator.languages.find(tag => /^(ko|en)\b/.test(tag)) ?? 'en').slice(0, 2);

export const language = () => current;

export function speak(tag) {
  current = tag;
  localStorage.setItem(KEY, tag);
}

/** A word, with {name} replaced by the value of that name. */
export function t(word, values = {}) {
  return (WORDS[current][word] ?? word).replace(/\{(\w+)\}/g, (all, name) => values[name] ?? all);
}

/** A refusal's code in words; one that has none is shown as it is. */
export const code = name => WORDS[current][`c.${name}`] ?? name;

export const number = value => new Intl.NumberFormat(current).format(value);
export const won = value => t('won', { n: number(value) });
export const time = instant => new Intl.DateTimeFormat(current, { timeStyle: 'short' }).format(new Date(instant));
export const day = instant => new Intl.DateTimeFormat(current, { dateStyle: 'medium' }).format(new Date(instant));

/** The demo's names are Korean and English, with a slash between them. */
export function local(name) {
  const [korean, english] = name.split(' / ');
  return current === 'ko' || !english ? korean : english;
}

/** Says everything that stands in the document in the language that is chosen. */
export function translate() {
  document.documentElement.lang = current;
  document.querySelectorAll('[data-word]').forEach(element => { element.textContent = t(element.dataset.word); });
  document.querySelectorAll('[data-label]').forEach(element => element.setAttribute('aria-label', t(element.dataset.label)));
}
