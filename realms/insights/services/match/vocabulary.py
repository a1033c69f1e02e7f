"""Words that mean the same in names of fields: abbreviations, synonyms, and the common headers of Chinese tables.

General knowledge of how fields are named in business, insurance and health data; no name of any one schema.
"""

from typing import Final

_SHORT: Final = """
acct=account addr=address adm=admission amt=amount avg=average bal=balance bday=birthday bldg=building cat=category cd=code
cert=certificate chg=change chr=chromosome cnt=count comp=company cond=condition consum=consumption consumed=consumption
cov=coverage ctry=country cur=current curr=currency cust=customer cty=county ded=deductible del=delivery dept=department
desc=description descr=description dest=destination diag=diagnosis diff=difference dim=dimension disch=discharge
dist=distant div=division dob=birth-date dod=death-date dt=date dx=diagnosis eff=effective
emp=employee env=environmental exp=expiry fname=first-name freq=frequency gend=gender grp=group hist=history histo=histologic
hosp=hospital hx=history ic=inclusion id=identifier idx=index img=image ind=indicator ins=insurance insd=insured
inv=invoice lang=language lat=latitude lname=last-name loc=location lon=longitude lob=business-line
lvsi=lymphatic-vascular-invasion lymph=lymphatic max=maximum meds=medications mets=metastasis metas=metastasis met=metastasis
mgr=manager mid=middle min=minimum mo=month mob=mobile msg=message mths=months mut=mutation nat=adjacent-normal nbr=number
neg=negative no=number nm=name num=number nr=number obs=observation occ=occupation occupt=occupation ord=order
org=organization orig=original path=pathologic patho=pathologic
pathol=pathologic pathological=pathologic pct=percent perc=percent percentage=percent ph=phone pm=pathologic-m
pn=pathologic-n pol=policy pos=position prem=premium prev=previous prob=probability prod=product proj=project pt=pathologic-t
ptnt=patient pub=publication publish=published qty=quantity recv=received ref=reference reg=regional rel=relationship
rep=report req=request resp=response res=result rx=prescription sal=salary sched=schedule seq=sequence sex=gender sm=smoked
smoke=smoking spec=specimen src=source ssn=social-security-number st=state stat=status std=standard str=street sum=total
surg=surgery sz=size tel=phone temp=temperature tmp=temporary tot=total trans=transaction tx=treatment txn=transaction
unit=unit upd=updated usr=user val=value vol=volume wt=weight yob=birth-year yr=year yrs=years zip=postcode clin=clinical
clinic=clinical thumb=thumbnail consumption=consumption wk=week hr=hour hrs=hours mins=minutes sec=second bmi=body-mass-index
ht=height os=overall-survival
"""
_SAME: Final = """
gender sex | tumor tumour neoplasm cancer | smoking tobacco smoker cigarette cigarettes smoked | alcohol drinking drinker
pathologic pathology | price cost fee charge | amount value sum total | identifier key code number
begin start onset first effective inception from in admit | end stop quit expiry expiration termination until to out discharge
customer client purchaser buyer | employee staff worker | name title label | phone telephone mobile | postcode zipcode postal
country nation nationality | city town municipality | state province region | birth born birthday
death died deceased mortality | date day datetime timestamp time | size dimension diameter length largest greatest
site location organ place position area | grade grading differentiation | stage staging | lymph node nodes lymphatic nodal
metastasis metastases metastatic | histologic histology histological morphology | weight mass
photo picture image thumbnail media | link url href website | description summary abstract narrative comment note text
rating score stars grade | stock inventory quantity available | author writer creator
company firm organization organisation business | supplier vendor seller manufacturer maker
occupation job profession position | salary income wage pay | policy contract agreement | insured holder policyholder owner
claim loss | premium contribution | deductible excess retention | coverage cover limit | address street
percent percentage fraction ratio rate | residual remaining | count number | positive involved | tested examined
invasion infiltration | year years | quantity volume | category type class kind genre group | tag category topic
patient subject person participant case individual | diagnosis condition disease | treatment therapy
visit admission encounter stay hospitalization | invoice bill | order purchase | product item article goods commodity
remark remarks | admission admitting admitted admit | status state | brand make | ancestry ethnicity
publication published release released | cited citations | magazine journal | origin source provenance made
follow followup | lost loss | necrosis necrotic | residence country
enrollment participant | additional other | original organ
"""
PHRASES: Final = {
    ("primary", "tumor"): ("t",), ("regional", "lymphatic", "nodes"): ("n",), ("distant", "metastasis"): ("m",),
    ("first", "name"): ("given", "name"), ("last", "name"): ("family", "name"), ("sur", "name"): ("family", "name"),
    ("cited", "by"): ("citations",), ("e", "mail"): ("email",), ("zip", "code"): ("postcode",), ("postal", "code"): ("postcode",),
    ("phone", "number"): ("phone",), ("birth", "day"): ("birth", "date"), ("day", "birth"): ("birth", "date"),
    ("second", "hand"): ("environmental", "exposure"), ("self", "identify"): (), ("years", "old"): ("age",),
    ("in", "stock"): ("stock",), ("meta", "score"): ("rating",),
    ("floor", "area"): ("area",), ("tumor", "site"): ("site", "organ", "origin"), ("histologic", "type"): ("primary", "diagnosis"),
    ("tumor", "normal"): ("tissue", "type"), ("tumor", "size"): ("tumor", "largest", "dimension", "diameter"),
    ("tumor", "normal", "type"): ("tissue", "type"), ("histology", "diagnosis"): ("primary", "diagnosis"),
    ("care", "unit"): ("care", "site"),
}  # fmt: skip
"""Runs of words that name one thing, and what they are called elsewhere."""
_CHINESE: Final = """
名稱=name 名称=name 名=name 姓名=person-name 建物=building 商品=product 產品=product 产品=product 品名=product-name
品牌=brand 廠牌=brand 價格=price 价格=price 價錢=price 价钱=price 售價=price 總價=total-price 單價=unit-price 单价=unit-price
每坪=unit 坪數=area 總坪=total-area 建坪=building-total-area 坪=area 面積=area 面积=area 地址=address 住址=address
地點=location 地區=region 區域=region 格局=layout 屋齡=building-age 類型=type 类型=type 類別=category 分類=category
分类=category 種類=category 樓層=floor 楼层=floor 朝向=orientation 座向=orientation 方位=orientation 管理費=management-fee
管理=management 警衛=guard 費=fee 車位=parking 電梯=elevator 產地=origin 产地=origin 庫存=stock 库存=stock 數量=quantity
数量=quantity 評分=rating 评分=rating 評價=rating 說明=description 说明=description 簡述=description 描述=description
簡介=description 介紹=description 內容=content 標題=title 标题=title 時間=time 时间=time 日期=date 年份=year 年=year 月=month
個月=month 日=day 作者=author 導演=director 演員=actor 電話=phone 电话=phone 圖片=image 图片=image 連結=link 链接=link
網址=url 國家=country 国家=country 城市=city 性別=gender 性别=gender 年齡=age 年龄=age 編號=identifier 编号=identifier
顏色=color 尺寸=size 重量=weight 容量=volume 公司=company 職稱=job-title 職位=job-title 薪資=salary 薪水=salary
學歷=education 出版社=publisher 出版=published 規格=specification 型號=model 狀態=status 備註=note 銷量=sales 折扣=discount
營業=business 店名=store-name 店家=store 星級=stars
"""


def _pairs(text: str) -> dict[str, tuple[str, ...]]:
    entries = (entry.partition("=") for entry in text.split())
    return {short: tuple(full.split("-")) for short, _, full in entries}


def _synonyms() -> dict[str, frozenset[str]]:
    groups: dict[str, set[str]] = {}
    for line in _SAME.replace("\n", "|").split("|"):
        words = set(line.split())
        for word in words:
            groups.setdefault(word, set()).update(words)
    return {word: frozenset(words - {word}) for word, words in groups.items()}


ABBREVIATIONS: Final = _pairs(_SHORT)
"""Abbreviated token → the words it stands for."""
SYNONYMS: Final = _synonyms()
"""Word → words that name the same thing in a schema."""
CHINESE: Final = dict(sorted(_pairs(_CHINESE).items(), key=lambda item: -len(item[0])))
"""Chinese header words → English, the longest first."""
