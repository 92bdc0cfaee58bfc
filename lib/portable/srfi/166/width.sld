;;; The columns of a terminal that characters take, by Unicode 14.
;;;
;;; Each table has the first and last code of its ranges, in order. Codes between two ranges of a
;;; table that no character has may belong to the table too.

(define-library (srfi 166 width)
  (export char-columns)
  (import (scheme base))
  (begin

    ;; 0 for marks and format characters, 2 for wide ones, else 1; ambiguous ones as told.
    (define (char-columns char ambiguous)
      (let ((code (char->integer char)))
        (cond ((< 31 code 161) 1)
              ((in? code zero-width) 0)
              ((in? code double-width) 2)
              ((and (not (= ambiguous 1)) (in? code ambiguous-width)) ambiguous)
              (else 1))))

    ;; Is the code in a range? By halving.
    (define (in? code ranges)
      (let loop ((low 0) (high (quotient (vector-length ranges) 2)))
        (and (< low high)
             (let ((middle (quotient (+ low high) 2)))
               (cond ((< code (vector-ref ranges (* 2 middle))) (loop low middle))
                     ((> code (vector-ref ranges (+ 1 (* 2 middle)))) (loop (+ middle 1) high))
                     (else #t))))))

    (define zero-width
      '#(#x300 #x36F #x483 #x489 #x591 #x5BD #x5BF #x5BF #x5C1 #x5C2 #x5C4 #x5C5 #x5C7 #x5C7
         #x600 #x605 #x610 #x61A #x61C #x61C #x64B #x65F #x670 #x670 #x6D6 #x6DD #x6DF #x6E4
         #x6E7 #x6E8 #x6EA #x6ED #x70F #x70F #x711 #x711 #x730 #x74A #x7A6 #x7B0 #x7EB #x7F3
         #x7FD #x7FD #x816 #x819 #x81B #x823 #x825 #x827 #x829 #x82D #x859 #x85B #x890 #x89F
         #x8CA #x902 #x93A #x93A #x93C #x93C #x941 #x948 #x94D #x94D #x951 #x957 #x962 #x963
         #x981 #x981 #x9BC #x9BC #x9C1 #x9C4 #x9CD #x9CD #x9E2 #x9E3 #x9FE #xA02 #xA3C #xA3C
         #xA41 #xA51 #xA70 #xA71 #xA75 #xA75 #xA81 #xA82 #xABC #xABC #xAC1 #xAC8 #xACD #xACD
         #xAE2 #xAE3 #xAFA #xB01 #xB3C #xB3C #xB3F #xB3F #xB41 #xB44 #xB4D #xB56 #xB62 #xB63
         #xB82 #xB82 #xBC0 #xBC0 #xBCD #xBCD #xC00 #xC00 #xC04 #xC04 #xC3C #xC3C #xC3E #xC40
         #xC46 #xC56 #xC62 #xC63 #xC81 #xC81 #xCBC #xCBC #xCBF #xCBF #xCC6 #xCC6 #xCCC #xCCD
         #xCE2 #xCE3 #xD00 #xD01 #xD3B #xD3C #xD41 #xD44 #xD4D #xD4D #xD62 #xD63 #xD81 #xD81
         #xDCA #xDCA #xDD2 #xDD6 #xE31 #xE31 #xE34 #xE3A #xE47 #xE4E #xEB1 #xEB1 #xEB4 #xEBC
         #xEC8 #xECD #xF18 #xF19 #xF35 #xF35 #xF37 #xF37 #xF39 #xF39 #xF71 #xF7E #xF80 #xF84
         #xF86 #xF87 #xF8D #xFBC #xFC6 #xFC6 #x102D #x1030 #x1032 #x1037 #x1039 #x103A #x103D
         #x103E #x1058 #x1059 #x105E #x1060 #x1071 #x1074 #x1082 #x1082 #x1085 #x1086 #x108D
         #x108D #x109D #x109D #x135D #x135F #x1712 #x1714 #x1732 #x1733 #x1752 #x1753 #x1772
         #x1773 #x17B4 #x17B5 #x17B7 #x17BD #x17C6 #x17C6 #x17C9 #x17D3 #x17DD #x17DD #x180B
         #x180F #x1885 #x1886 #x18A9 #x18A9 #x1920 #x1922 #x1927 #x1928 #x1932 #x1932 #x1939
         #x193B #x1A17 #x1A18 #x1A1B #x1A1B #x1A56 #x1A56 #x1A58 #x1A60 #x1A62 #x1A62 #x1A65
         #x1A6C #x1A73 #x1A7F #x1AB0 #x1B03 #x1B34 #x1B34 #x1B36 #x1B3A #x1B3C #x1B3C #x1B42
         #x1B42 #x1B6B #x1B73 #x1B80 #x1B81 #x1BA2 #x1BA5 #x1BA8 #x1BA9 #x1BAB #x1BAD #x1BE6
         #x1BE6 #x1BE8 #x1BE9 #x1BED #x1BED #x1BEF #x1BF1 #x1C2C #x1C33 #x1C36 #x1C37 #x1CD0
         #x1CD2 #x1CD4 #x1CE0 #x1CE2 #x1CE8 #x1CED #x1CED #x1CF4 #x1CF4 #x1CF8 #x1CF9 #x1DC0
         #x1DFF #x200B #x200F #x202A #x202E #x2060 #x206F #x20D0 #x20F0 #x2CEF #x2CF1 #x2D7F
         #x2D7F #x2DE0 #x2DFF #x302A #x302D #x3099 #x309A #xA66F #xA672 #xA674 #xA67D #xA69E
         #xA69F #xA6F0 #xA6F1 #xA802 #xA802 #xA806 #xA806 #xA80B #xA80B #xA825 #xA826 #xA82C
         #xA82C #xA8C4 #xA8C5 #xA8E0 #xA8F1 #xA8FF #xA8FF #xA926 #xA92D #xA947 #xA951 #xA980
         #xA982 #xA9B3 #xA9B3 #xA9B6 #xA9B9 #xA9BC #xA9BD #xA9E5 #xA9E5 #xAA29 #xAA2E #xAA31
         #xAA32 #xAA35 #xAA36 #xAA43 #xAA43 #xAA4C #xAA4C #xAA7C #xAA7C #xAAB0 #xAAB0 #xAAB2
         #xAAB4 #xAAB7 #xAAB8 #xAABE #xAABF #xAAC1 #xAAC1 #xAAEC #xAAED #xAAF6 #xAAF6 #xABE5
         #xABE5 #xABE8 #xABE8 #xABED #xABED #xFB1E #xFB1E #xFE00 #xFE0F #xFE20 #xFE2F #xFEFF
         #xFEFF #xFFF9 #xFFFB #x101FD #x101FD #x102E0 #x102E0 #x10376 #x1037A #x10A01 #x10A0F
         #x10A38 #x10A3F #x10AE5 #x10AE6 #x10D24 #x10D27 #x10EAB #x10EAC #x10F46 #x10F50 #x10F82
         #x10F85 #x11001 #x11001 #x11038 #x11046 #x11070 #x11070 #x11073 #x11074 #x1107F #x11081
         #x110B3 #x110B6 #x110B9 #x110BA #x110BD #x110BD #x110C2 #x110CD #x11100 #x11102 #x11127
         #x1112B #x1112D #x11134 #x11173 #x11173 #x11180 #x11181 #x111B6 #x111BE #x111C9 #x111CC
         #x111CF #x111CF #x1122F #x11231 #x11234 #x11234 #x11236 #x11237 #x1123E #x1123E #x112DF
         #x112DF #x112E3 #x112EA #x11300 #x11301 #x1133B #x1133C #x11340 #x11340 #x11366 #x11374
         #x11438 #x1143F #x11442 #x11444 #x11446 #x11446 #x1145E #x1145E #x114B3 #x114B8 #x114BA
         #x114BA #x114BF #x114C0 #x114C2 #x114C3 #x115B2 #x115B5 #x115BC #x115BD #x115BF #x115C0
         #x115DC #x115DD #x11633 #x1163A #x1163D #x1163D #x1163F #x11640 #x116AB #x116AB #x116AD
         #x116AD #x116B0 #x116B5 #x116B7 #x116B7 #x1171D #x1171F #x11722 #x11725 #x11727 #x1172B
         #x1182F #x11837 #x11839 #x1183A #x1193B #x1193C #x1193E #x1193E #x11943 #x11943 #x119D4
         #x119DB #x119E0 #x119E0 #x11A01 #x11A0A #x11A33 #x11A38 #x11A3B #x11A3E #x11A47 #x11A47
         #x11A51 #x11A56 #x11A59 #x11A5B #x11A8A #x11A96 #x11A98 #x11A99 #x11C30 #x11C3D #x11C3F
         #x11C3F #x11C92 #x11CA7 #x11CAA #x11CB0 #x11CB2 #x11CB3 #x11CB5 #x11CB6 #x11D31 #x11D45
         #x11D47 #x11D47 #x11D90 #x11D91 #x11D95 #x11D95 #x11D97 #x11D97 #x11EF3 #x11EF4 #x13430
         #x13438 #x16AF0 #x16AF4 #x16B30 #x16B36 #x16F4F #x16F4F #x16F8F #x16F92 #x16FE4 #x16FE4
         #x1BC9D #x1BC9E #x1BCA0 #x1BCA3 #x1CF00 #x1CF46 #x1D167 #x1D169 #x1D173 #x1D182 #x1D185
         #x1D18B #x1D1AA #x1D1AD #x1D242 #x1D244 #x1DA00 #x1DA36 #x1DA3B #x1DA6C #x1DA75 #x1DA75
         #x1DA84 #x1DA84 #x1DA9B #x1DAAF #x1E000 #x1E02A #x1E130 #x1E136 #x1E2AE #x1E2AE #x1E2EC
         #x1E2EF #x1E8D0 #x1E8D6 #x1E944 #x1E94A #xE0001 #xE01EF))

    (define double-width
      '#(#x1100 #x115F #x231A #x231B #x2329 #x232A #x23E9 #x23EC #x23F0 #x23F0 #x23F3 #x23F3
         #x25FD #x25FE #x2614 #x2615 #x2648 #x2653 #x267F #x267F #x2693 #x2693 #x26A1 #x26A1
         #x26AA #x26AB #x26BD #x26BE #x26C4 #x26C5 #x26CE #x26CE #x26D4 #x26D4 #x26EA #x26EA
         #x26F2 #x26F3 #x26F5 #x26F5 #x26FA #x26FA #x26FD #x26FD #x2705 #x2705 #x270A #x270B
         #x2728 #x2728 #x274C #x274C #x274E #x274E #x2753 #x2755 #x2757 #x2757 #x2795 #x2797
         #x27B0 #x27B0 #x27BF #x27BF #x2B1B #x2B1C #x2B50 #x2B50 #x2B55 #x2B55 #x2E80 #x3029
         #x302E #x303E #x3041 #x3096 #x309B #x3247 #x3250 #x4DBF #x4E00 #xA4C6 #xA960 #xA97C
         #xAC00 #xD7A3 #xF900 #xFAD9 #xFE10 #xFE19 #xFE30 #xFE6B #xFF01 #xFF60 #xFFE0 #xFFE6
         #x16FE0 #x16FE3 #x16FF0 #x18D08 #x1AFF0 #x1B2FB #x1F004 #x1F004 #x1F0CF #x1F0CF #x1F18E
         #x1F18E #x1F191 #x1F19A #x1F200 #x1F320 #x1F32D #x1F335 #x1F337 #x1F37C #x1F37E #x1F393
         #x1F3A0 #x1F3CA #x1F3CF #x1F3D3 #x1F3E0 #x1F3F0 #x1F3F4 #x1F3F4 #x1F3F8 #x1F43E #x1F440
         #x1F440 #x1F442 #x1F4FC #x1F4FF #x1F53D #x1F54B #x1F54E #x1F550 #x1F567 #x1F57A #x1F57A
         #x1F595 #x1F596 #x1F5A4 #x1F5A4 #x1F5FB #x1F64F #x1F680 #x1F6C5 #x1F6CC #x1F6CC #x1F6D0
         #x1F6D2 #x1F6D5 #x1F6DF #x1F6EB #x1F6EC #x1F6F4 #x1F6FC #x1F7E0 #x1F7F0 #x1F90C #x1F93A
         #x1F93C #x1F945 #x1F947 #x1F9FF #x1FA70 #x1FAF6 #x20000 #x2EBE0 #x2F800 #x3134A))

    (define ambiguous-width
      '#(#xA1 #xA1 #xA4 #xA4 #xA7 #xA8 #xAA #xAA #xAE #xAE #xB0 #xB4 #xB6 #xBA #xBC #xBF #xC6
         #xC6 #xD0 #xD0 #xD7 #xD8 #xDE #xE1 #xE6 #xE6 #xE8 #xEA #xEC #xED #xF0 #xF0 #xF2 #xF3
         #xF7 #xFA #xFC #xFC #xFE #xFE #x101 #x101 #x111 #x111 #x113 #x113 #x11B #x11B #x126
         #x127 #x12B #x12B #x131 #x133 #x138 #x138 #x13F #x142 #x144 #x144 #x148 #x14B #x14D
         #x14D #x152 #x153 #x166 #x167 #x16B #x16B #x1CE #x1CE #x1D0 #x1D0 #x1D2 #x1D2 #x1D4
         #x1D4 #x1D6 #x1D6 #x1D8 #x1D8 #x1DA #x1DA #x1DC #x1DC #x251 #x251 #x261 #x261 #x2C4
         #x2C4 #x2C7 #x2C7 #x2C9 #x2CB #x2CD #x2CD #x2D0 #x2D0 #x2D8 #x2DB #x2DD #x2DD #x2DF
         #x2DF #x391 #x3A1 #x3A3 #x3A9 #x3B1 #x3C1 #x3C3 #x3C9 #x401 #x401 #x410 #x44F #x451
         #x451 #x2010 #x2010 #x2013 #x2016 #x2018 #x2019 #x201C #x201D #x2020 #x2022 #x2024
         #x2027 #x2030 #x2030 #x2032 #x2033 #x2035 #x2035 #x203B #x203B #x203E #x203E #x2074
         #x2074 #x207F #x207F #x2081 #x2084 #x20AC #x20AC #x2103 #x2103 #x2105 #x2105 #x2109
         #x2109 #x2113 #x2113 #x2116 #x2116 #x2121 #x2122 #x2126 #x2126 #x212B #x212B #x2153
         #x2154 #x215B #x215E #x2160 #x216B #x2170 #x2179 #x2189 #x2189 #x2190 #x2199 #x21B8
         #x21B9 #x21D2 #x21D2 #x21D4 #x21D4 #x21E7 #x21E7 #x2200 #x2200 #x2202 #x2203 #x2207
         #x2208 #x220B #x220B #x220F #x220F #x2211 #x2211 #x2215 #x2215 #x221A #x221A #x221D
         #x2220 #x2223 #x2223 #x2225 #x2225 #x2227 #x222C #x222E #x222E #x2234 #x2237 #x223C
         #x223D #x2248 #x2248 #x224C #x224C #x2252 #x2252 #x2260 #x2261 #x2264 #x2267 #x226A
         #x226B #x226E #x226F #x2282 #x2283 #x2286 #x2287 #x2295 #x2295 #x2299 #x2299 #x22A5
         #x22A5 #x22BF #x22BF #x2312 #x2312 #x2460 #x24E9 #x24EB #x254B #x2550 #x2573 #x2580
         #x258F #x2592 #x2595 #x25A0 #x25A1 #x25A3 #x25A9 #x25B2 #x25B3 #x25B6 #x25B7 #x25BC
         #x25BD #x25C0 #x25C1 #x25C6 #x25C8 #x25CB #x25CB #x25CE #x25D1 #x25E2 #x25E5 #x25EF
         #x25EF #x2605 #x2606 #x2609 #x2609 #x260E #x260F #x261C #x261C #x261E #x261E #x2640
         #x2640 #x2642 #x2642 #x2660 #x2661 #x2663 #x2665 #x2667 #x266A #x266C #x266D #x266F
         #x266F #x269E #x269F #x26BF #x26BF #x26C6 #x26CD #x26CF #x26D3 #x26D5 #x26E1 #x26E3
         #x26E3 #x26E8 #x26E9 #x26EB #x26F1 #x26F4 #x26F4 #x26F6 #x26F9 #x26FB #x26FC #x26FE
         #x26FF #x273D #x273D #x2776 #x277F #x2B56 #x2B59 #x3248 #x324F #xFFFD #xFFFD #x1F100
         #x1F10A #x1F110 #x1F12D #x1F130 #x1F169 #x1F170 #x1F18D #x1F18F #x1F190 #x1F19B #x1F1AC))))
