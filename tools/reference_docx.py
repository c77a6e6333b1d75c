#!/usr/bin/env python3
"""Makes documents/reference.docx out of pandoc's own: Chinese type, A4 with official margins, page numbers at the foot.

    tools/reference_docx.py            # needs pandoc; run again only when the looks shall change
"""
import io
import re
import subprocess
import zipfile

OUT = "documents/reference.docx"
FONTS = '<w:rFonts w:ascii="Times New Roman" w:hAnsi="Times New Roman" w:eastAsia="{0}" w:cs="Times New Roman"/>'
FOOTER = """<?xml version="1.0" encoding="UTF-8" standalone="yes"?>
<w:ftr xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"><w:p><w:pPr><w:jc w:val="center"/></w:pPr>
<w:r><w:t xml:space="preserve">第 </w:t></w:r><w:fldSimple w:instr="PAGE"><w:r><w:t>1</w:t></w:r></w:fldSimple>
<w:r><w:t xml:space="preserve"> 页  共 </w:t></w:r><w:fldSimple w:instr="NUMPAGES"><w:r><w:t>1</w:t></w:r></w:fldSimple>
<w:r><w:t xml:space="preserve"> 页</w:t></w:r></w:p></w:ftr>"""
SECTION = ('<w:sectPr><w:footerReference xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships" '
           'w:type="default" r:id="rIdFooter"/><w:pgSz w:w="11906" w:h="16838"/>'
           '<w:pgMar w:top="2098" w:right="1474" w:bottom="1984" w:left="1588" w:header="851" w:footer="992" w:gutter="0"/></w:sectPr>')
TABLE_BORDERS = "".join(f'<w:{side} w:val="single" w:sz="4" w:space="0" w:color="555555"/>'
                        for side in ("top", "left", "bottom", "right", "insideH", "insideV"))


def styled(styles):
    """Fonts for all, a centred black title, borders for tables."""
    styles = re.sub(r"<w:rFonts [^>]*/>", FONTS.format("FangSong"), styles)

    def heading(style_id, size, centred):
        nonlocal styles
        run = f'<w:rPr>{FONTS.format("SimHei")}<w:b/><w:color w:val="000000"/><w:sz w:val="{size}"/><w:szCs w:val="{size}"/></w:rPr>'
        pattern = re.compile(rf'(<w:style [^>]*w:styleId="{style_id}".*?)<w:rPr>.*?</w:rPr>(.*?</w:style>)', re.S)
        styles, count = pattern.subn(lambda m: m.group(1) + run + m.group(2), styles, count=1)
        assert count == 1, style_id
        if centred:
            pattern = re.compile(rf'(<w:style [^>]*w:styleId="{style_id}".*?<w:pPr>)(.*?)(</w:pPr>)', re.S)
            styles, count = pattern.subn(lambda m: m.group(1) + m.group(2) + '<w:jc w:val="center"/>' + m.group(3), styles, count=1)
            assert count == 1, style_id

    heading("Heading1", 40, True)
    heading("Heading2", 28, False)
    pattern = re.compile(r'(<w:style [^>]*w:styleId="Table".*?<w:tblPr>)', re.S)
    styles, count = pattern.subn(lambda m: m.group(1) + f"<w:tblBorders>{TABLE_BORDERS}</w:tblBorders>", styles, count=1)
    assert count == 1, "Table"
    number = ('<w:style w:type="paragraph" w:customStyle="1" w:styleId="Number"><w:name w:val="Number"/>'
              '<w:basedOn w:val="BodyText"/><w:pPr><w:jc w:val="center"/></w:pPr></w:style>')
    return styles.replace("</w:styles>", number + "</w:styles>")


def main():
    original = subprocess.run(["pandoc", "--print-default-data-file", "reference.docx"], capture_output=True, check=True)
    source = zipfile.ZipFile(io.BytesIO(original.stdout))
    with zipfile.ZipFile(OUT, "w", zipfile.ZIP_DEFLATED) as out:
        for name in sorted(source.namelist()):
            data = source.read(name)
            if name == "word/styles.xml":
                data = styled(data.decode()).encode()
            elif name == "word/document.xml":
                text, count = re.subn(r"<w:sectPr\s*/>|<w:sectPr.*?</w:sectPr>", SECTION, data.decode(), flags=re.S)
                assert count == 1
                data = text.encode()
            elif name == "word/_rels/document.xml.rels":
                link = ('<Relationship Id="rIdFooter" Target="footer1.xml" '
                        'Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/footer"/>')
                data = data.decode().replace("</Relationships>", link + "</Relationships>").encode()
            elif name == "[Content_Types].xml":
                kind = ('<Override PartName="/word/footer1.xml" ContentType="application/vnd.openxmlformats-'
                        'officedocument.wordprocessingml.footer+xml"/>')
                data = data.decode().replace("</Types>", kind + "</Types>").encode()
            # A fixed date: the same script makes the same bytes.
            out.writestr(zipfile.ZipInfo(name, (2026, 1, 1, 0, 0, 0)), data, zipfile.ZIP_DEFLATED)
        out.writestr(zipfile.ZipInfo("word/footer1.xml", (2026, 1, 1, 0, 0, 0)), FOOTER, zipfile.ZIP_DEFLATED)


main()
