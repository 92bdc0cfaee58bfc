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
      '#(#x378 #x379 #x380 #x383 #x38B #x38B #x38D #x38D #x3A2 #x3A2 #x530 #x530 #x557 #x558
         #x58B #x58C #x590 #x590 #x5C8 #x5CF #x5EB #x5EE #x5F5 #x5FF #x70E #x70E #x74B #x74C
         #x7B2 #x7BF #x7FB #x7FC #x82E #x82F #x83F #x83F #x85C #x85D #x85F #x85F #x86B #x86F
         #x88F #x88F #x892 #x897 #x984 #x984 #x98D #x98E #x991 #x992 #x9A9 #x9A9 #x9B1 #x9B1
         #x9B3 #x9B5 #x9BA #x9BB #x9C5 #x9C6 #x9C9 #x9CA #x9CF #x9D6 #x9D8 #x9DB #x9DE #x9DE
         #x9E4 #x9E5 #x9FF #xA00 #xA04 #xA04 #xA0B #xA0E #xA11 #xA12 #xA29 #xA29 #xA31 #xA31
         #xA34 #xA34 #xA37 #xA37 #xA3A #xA3B #xA3D #xA3D #xA43 #xA46 #xA49 #xA4A #xA4E #xA50
         #xA52 #xA58 #xA5D #xA5D #xA5F #xA65 #xA77 #xA80 #xA84 #xA84 #xA8E #xA8E #xA92 #xA92
         #xAA9 #xAA9 #xAB1 #xAB1 #xAB4 #xAB4 #xABA #xABB #xAC6 #xAC6 #xACA #xACA #xACE #xACF
         #xAD1 #xADF #xAE4 #xAE5 #xAF2 #xAF8 #xB00 #xB00 #xB04 #xB04 #xB0D #xB0E #xB11 #xB12
         #xB29 #xB29 #xB31 #xB31 #xB34 #xB34 #xB3A #xB3B #xB45 #xB46 #xB49 #xB4A #xB4E #xB54
         #xB58 #xB5B #xB5E #xB5E #xB64 #xB65 #xB78 #xB81 #xB84 #xB84 #xB8B #xB8D #xB91 #xB91
         #xB96 #xB98 #xB9B #xB9B #xB9D #xB9D #xBA0 #xBA2 #xBA5 #xBA7 #xBAB #xBAD #xBBA #xBBD
         #xBC3 #xBC5 #xBC9 #xBC9 #xBCE #xBCF #xBD1 #xBD6 #xBD8 #xBE5 #xBFB #xBFF #xC0D #xC0D
         #xC11 #xC11 #xC29 #xC29 #xC3A #xC3B #xC45 #xC45 #xC49 #xC49 #xC4E #xC54 #xC57 #xC57
         #xC5B #xC5C #xC5E #xC5F #xC64 #xC65 #xC70 #xC76 #xC8D #xC8D #xC91 #xC91 #xCA9 #xCA9
         #xCB4 #xCB4 #xCBA #xCBB #xCC5 #xCC5 #xCC9 #xCC9 #xCCE #xCD4 #xCD7 #xCDC #xCDF #xCDF
         #xCE4 #xCE5 #xCF0 #xCF0 #xCF3 #xCFF #xD0D #xD0D #xD11 #xD11 #xD45 #xD45 #xD49 #xD49
         #xD50 #xD53 #xD64 #xD65 #xD80 #xD80 #xD84 #xD84 #xD97 #xD99 #xDB2 #xDB2 #xDBC #xDBC
         #xDBE #xDBF #xDC7 #xDC9 #xDCB #xDCE #xDD5 #xDD5 #xDD7 #xDD7 #xDE0 #xDE5 #xDF0 #xDF1
         #xDF5 #xE00 #xE3B #xE3E #xE5C #xE80 #xE83 #xE83 #xE85 #xE85 #xE8B #xE8B #xEA4 #xEA4
         #xEA6 #xEA6 #xEBE #xEBF #xEC5 #xEC5 #xEC7 #xEC7 #xECE #xECF #xEDA #xEDB #xEE0 #xEFF
         #xF48 #xF48 #xF6D #xF70 #xF98 #xF98 #xFBD #xFBD #xFCD #xFCD #xFDB #xFFF #x10C6 #x10C6
         #x10C8 #x10CC #x10CE #x10CF #x1100 #x115F #x1249 #x1249 #x124E #x124F #x1257 #x1257
         #x1259 #x1259 #x125E #x125F #x1289 #x1289 #x128E #x128F #x12B1 #x12B1 #x12B6 #x12B7
         #x12BF #x12BF #x12C1 #x12C1 #x12C6 #x12C7 #x12D7 #x12D7 #x1311 #x1311 #x1316 #x1317
         #x135B #x135C #x137D #x137F #x139A #x139F #x13F6 #x13F7 #x13FE #x13FF #x169D #x169F
         #x16F9 #x16FF #x1716 #x171E #x1737 #x173F #x1754 #x175F #x176D #x176D #x1771 #x1771
         #x1774 #x177F #x17DE #x17DF #x17EA #x17EF #x17FA #x17FF #x181A #x181F #x1879 #x187F
         #x18AB #x18AF #x18F6 #x18FF #x191F #x191F #x192C #x192F #x193C #x193F #x1941 #x1943
         #x196E #x196F #x1975 #x197F #x19AC #x19AF #x19CA #x19CF #x19DB #x19DD #x1A1C #x1A1D
         #x1A5F #x1A5F #x1A7D #x1A7E #x1A8A #x1A8F #x1A9A #x1A9F #x1AAE #x1AAF #x1ACF #x1AFF
         #x1B4D #x1B4F #x1B7F #x1B7F #x1BF4 #x1BFB #x1C38 #x1C3A #x1C4A #x1C4C #x1C89 #x1C8F
         #x1CBB #x1CBC #x1CC8 #x1CCF #x1CFB #x1CFF #x1F16 #x1F17 #x1F1E #x1F1F #x1F46 #x1F47
         #x1F4E #x1F4F #x1F58 #x1F58 #x1F5A #x1F5A #x1F5C #x1F5C #x1F5E #x1F5E #x1F7E #x1F7F
         #x1FB5 #x1FB5 #x1FC5 #x1FC5 #x1FD4 #x1FD5 #x1FDC #x1FDC #x1FF0 #x1FF1 #x1FF5 #x1FF5
         #x1FFF #x1FFF #x2065 #x2065 #x2072 #x2073 #x208F #x208F #x209D #x209F #x20C1 #x20CF
         #x20F1 #x20FF #x218C #x218F #x231A #x231B #x2329 #x232A #x23E9 #x23EC #x23F0 #x23F0
         #x23F3 #x23F3 #x2427 #x243F #x244B #x245F #x25FD #x25FE #x2614 #x2615 #x2648 #x2653
         #x267F #x267F #x2693 #x2693 #x26A1 #x26A1 #x26AA #x26AB #x26BD #x26BE #x26C4 #x26C5
         #x26CE #x26CE #x26D4 #x26D4 #x26EA #x26EA #x26F2 #x26F3 #x26F5 #x26F5 #x26FA #x26FA
         #x26FD #x26FD #x2705 #x2705 #x270A #x270B #x2728 #x2728 #x274C #x274C #x274E #x274E
         #x2753 #x2755 #x2757 #x2757 #x2795 #x2797 #x27B0 #x27B0 #x27BF #x27BF #x2B1B #x2B1C
         #x2B50 #x2B50 #x2B55 #x2B55 #x2B74 #x2B75 #x2B96 #x2B96 #x2CF4 #x2CF8 #x2D26 #x2D26
         #x2D28 #x2D2C #x2D2E #x2D2F #x2D68 #x2D6E #x2D71 #x2D7E #x2D97 #x2D9F #x2DA7 #x2DA7
         #x2DAF #x2DAF #x2DB7 #x2DB7 #x2DBF #x2DBF #x2DC7 #x2DC7 #x2DCF #x2DCF #x2DD7 #x2DD7
         #x2DDF #x2DDF #x2E5E #x3029 #x302E #x303E #x3040 #x3098 #x309B #x3247 #x3250 #x4DBF
         #x4E00 #xA4CF #xA62C #xA63F #xA6F8 #xA6FF #xA7CB #xA7CF #xA7D2 #xA7D2 #xA7D4 #xA7D4
         #xA7DA #xA7F1 #xA82D #xA82F #xA83A #xA83F #xA878 #xA87F #xA8C6 #xA8CD #xA8DA #xA8DF
         #xA954 #xA95E #xA960 #xA97F #xA9CE #xA9CE #xA9DA #xA9DD #xA9FF #xA9FF #xAA37 #xAA3F
         #xAA4E #xAA4F #xAA5A #xAA5B #xAAC3 #xAADA #xAAF7 #xAB00 #xAB07 #xAB08 #xAB0F #xAB10
         #xAB17 #xAB1F #xAB27 #xAB27 #xAB2F #xAB2F #xAB6C #xAB6F #xABEE #xABEF #xABFA #xD7AF
         #xD7C7 #xD7CA #xD7FC #xD7FF #xF900 #xFAFF #xFB07 #xFB12 #xFB18 #xFB1C #xFB37 #xFB37
         #xFB3D #xFB3D #xFB3F #xFB3F #xFB42 #xFB42 #xFB45 #xFB45 #xFBC3 #xFBD2 #xFD90 #xFD91
         #xFDC8 #xFDCE #xFDD0 #xFDEF #xFE10 #xFE1F #xFE30 #xFE6F #xFE75 #xFE75 #xFEFD #xFEFE
         #xFF00 #xFF60 #xFFBF #xFFC1 #xFFC8 #xFFC9 #xFFD0 #xFFD1 #xFFD8 #xFFD9 #xFFDD #xFFE7
         #xFFEF #xFFF8 #xFFFE #xFFFF #x1000C #x1000C #x10027 #x10027 #x1003B #x1003B #x1003E
         #x1003E #x1004E #x1004F #x1005E #x1007F #x100FB #x100FF #x10103 #x10106 #x10134 #x10136
         #x1018F #x1018F #x1019D #x1019F #x101A1 #x101CF #x101FE #x1027F #x1029D #x1029F #x102D1
         #x102DF #x102FC #x102FF #x10324 #x1032C #x1034B #x1034F #x1037B #x1037F #x1039E #x1039E
         #x103C4 #x103C7 #x103D6 #x103FF #x1049E #x1049F #x104AA #x104AF #x104D4 #x104D7 #x104FC
         #x104FF #x10528 #x1052F #x10564 #x1056E #x1057B #x1057B #x1058B #x1058B #x10593 #x10593
         #x10596 #x10596 #x105A2 #x105A2 #x105B2 #x105B2 #x105BA #x105BA #x105BD #x105FF #x10737
         #x1073F #x10756 #x1075F #x10768 #x1077F #x10786 #x10786 #x107B1 #x107B1 #x107BB #x107FF
         #x10806 #x10807 #x10809 #x10809 #x10836 #x10836 #x10839 #x1083B #x1083D #x1083E #x10856
         #x10856 #x1089F #x108A6 #x108B0 #x108DF #x108F3 #x108F3 #x108F6 #x108FA #x1091C #x1091E
         #x1093A #x1093E #x10940 #x1097F #x109B8 #x109BB #x109D0 #x109D1 #x10A04 #x10A04 #x10A07
         #x10A0B #x10A14 #x10A14 #x10A18 #x10A18 #x10A36 #x10A37 #x10A3B #x10A3E #x10A49 #x10A4F
         #x10A59 #x10A5F #x10AA0 #x10ABF #x10AE7 #x10AEA #x10AF7 #x10AFF #x10B36 #x10B38 #x10B56
         #x10B57 #x10B73 #x10B77 #x10B92 #x10B98 #x10B9D #x10BA8 #x10BB0 #x10BFF #x10C49 #x10C7F
         #x10CB3 #x10CBF #x10CF3 #x10CF9 #x10D28 #x10D2F #x10D3A #x10E5F #x10E7F #x10E7F #x10EAA
         #x10EAA #x10EAE #x10EAF #x10EB2 #x10EFF #x10F28 #x10F2F #x10F5A #x10F6F #x10F8A #x10FAF
         #x10FCC #x10FDF #x10FF7 #x10FFF #x1104E #x11051 #x11076 #x1107E #x110C3 #x110CC #x110CE
         #x110CF #x110E9 #x110EF #x110FA #x110FF #x11135 #x11135 #x11148 #x1114F #x11177 #x1117F
         #x111E0 #x111E0 #x111F5 #x111FF #x11212 #x11212 #x1123F #x1127F #x11287 #x11287 #x11289
         #x11289 #x1128E #x1128E #x1129E #x1129E #x112AA #x112AF #x112EB #x112EF #x112FA #x112FF
         #x11304 #x11304 #x1130D #x1130E #x11311 #x11312 #x11329 #x11329 #x11331 #x11331 #x11334
         #x11334 #x1133A #x1133A #x11345 #x11346 #x11349 #x1134A #x1134E #x1134F #x11351 #x11356
         #x11358 #x1135C #x11364 #x11365 #x1136D #x1136F #x11375 #x113FF #x1145C #x1145C #x11462
         #x1147F #x114C8 #x114CF #x114DA #x1157F #x115B6 #x115B7 #x115DE #x115FF #x11645 #x1164F
         #x1165A #x1165F #x1166D #x1167F #x116BA #x116BF #x116CA #x116FF #x1171B #x1171C #x1172C
         #x1172F #x11747 #x117FF #x1183C #x1189F #x118F3 #x118FE #x11907 #x11908 #x1190A #x1190B
         #x11914 #x11914 #x11917 #x11917 #x11936 #x11936 #x11939 #x1193A #x11947 #x1194F #x1195A
         #x1199F #x119A8 #x119A9 #x119D8 #x119D9 #x119E5 #x119FF #x11A48 #x11A4F #x11AA3 #x11AAF
         #x11AF9 #x11BFF #x11C09 #x11C09 #x11C37 #x11C37 #x11C46 #x11C4F #x11C6D #x11C6F #x11C90
         #x11C91 #x11CA8 #x11CA8 #x11CB7 #x11CFF #x11D07 #x11D07 #x11D0A #x11D0A #x11D37 #x11D39
         #x11D3B #x11D3B #x11D3E #x11D3E #x11D48 #x11D4F #x11D5A #x11D5F #x11D66 #x11D66 #x11D69
         #x11D69 #x11D8F #x11D8F #x11D92 #x11D92 #x11D99 #x11D9F #x11DAA #x11EDF #x11EF9 #x11FAF
         #x11FB1 #x11FBF #x11FF2 #x11FFE #x1239A #x123FF #x1246F #x1246F #x12475 #x1247F #x12544
         #x12F8F #x12FF3 #x12FFF #x1342F #x1342F #x13439 #x143FF #x14647 #x167FF #x16A39 #x16A3F
         #x16A5F #x16A5F #x16A6A #x16A6D #x16ABF #x16ABF #x16ACA #x16ACF #x16AEE #x16AEF #x16AF6
         #x16AFF #x16B46 #x16B4F #x16B5A #x16B5A #x16B62 #x16B62 #x16B78 #x16B7C #x16B90 #x16E3F
         #x16E9B #x16EFF #x16F4B #x16F4E #x16F88 #x16F8E #x16FA0 #x16FE3 #x16FE5 #x1BBFF #x1BC6B
         #x1BC6F #x1BC7D #x1BC7F #x1BC89 #x1BC8F #x1BC9A #x1BC9B #x1BCA4 #x1CEFF #x1CF2E #x1CF2F
         #x1CF47 #x1CF4F #x1CFC4 #x1CFFF #x1D0F6 #x1D0FF #x1D127 #x1D128 #x1D1EB #x1D1FF #x1D246
         #x1D2DF #x1D2F4 #x1D2FF #x1D357 #x1D35F #x1D379 #x1D3FF #x1D455 #x1D455 #x1D49D #x1D49D
         #x1D4A0 #x1D4A1 #x1D4A3 #x1D4A4 #x1D4A7 #x1D4A8 #x1D4AD #x1D4AD #x1D4BA #x1D4BA #x1D4BC
         #x1D4BC #x1D4C4 #x1D4C4 #x1D506 #x1D506 #x1D50B #x1D50C #x1D515 #x1D515 #x1D51D #x1D51D
         #x1D53A #x1D53A #x1D53F #x1D53F #x1D545 #x1D545 #x1D547 #x1D549 #x1D551 #x1D551 #x1D6A6
         #x1D6A7 #x1D7CC #x1D7CD #x1DA8C #x1DA9A #x1DAA0 #x1DAA0 #x1DAB0 #x1DEFF #x1DF1F #x1DFFF
         #x1E007 #x1E007 #x1E019 #x1E01A #x1E022 #x1E022 #x1E025 #x1E025 #x1E02B #x1E0FF #x1E12D
         #x1E12F #x1E13E #x1E13F #x1E14A #x1E14D #x1E150 #x1E28F #x1E2AF #x1E2BF #x1E2FA #x1E2FE
         #x1E300 #x1E7DF #x1E7E7 #x1E7E7 #x1E7EC #x1E7EC #x1E7EF #x1E7EF #x1E7FF #x1E7FF #x1E8C5
         #x1E8C6 #x1E8D7 #x1E8FF #x1E94C #x1E94F #x1E95A #x1E95D #x1E960 #x1EC70 #x1ECB5 #x1ED00
         #x1ED3E #x1EDFF #x1EE04 #x1EE04 #x1EE20 #x1EE20 #x1EE23 #x1EE23 #x1EE25 #x1EE26 #x1EE28
         #x1EE28 #x1EE33 #x1EE33 #x1EE38 #x1EE38 #x1EE3A #x1EE3A #x1EE3C #x1EE41 #x1EE43 #x1EE46
         #x1EE48 #x1EE48 #x1EE4A #x1EE4A #x1EE4C #x1EE4C #x1EE50 #x1EE50 #x1EE53 #x1EE53 #x1EE55
         #x1EE56 #x1EE58 #x1EE58 #x1EE5A #x1EE5A #x1EE5C #x1EE5C #x1EE5E #x1EE5E #x1EE60 #x1EE60
         #x1EE63 #x1EE63 #x1EE65 #x1EE66 #x1EE6B #x1EE6B #x1EE73 #x1EE73 #x1EE78 #x1EE78 #x1EE7D
         #x1EE7D #x1EE7F #x1EE7F #x1EE8A #x1EE8A #x1EE9C #x1EEA0 #x1EEA4 #x1EEA4 #x1EEAA #x1EEAA
         #x1EEBC #x1EEEF #x1EEF2 #x1EFFF #x1F004 #x1F004 #x1F02C #x1F02F #x1F094 #x1F09F #x1F0AF
         #x1F0B0 #x1F0C0 #x1F0C0 #x1F0CF #x1F0D0 #x1F0F6 #x1F0FF #x1F18E #x1F18E #x1F191 #x1F19A
         #x1F1AE #x1F1E5 #x1F200 #x1F320 #x1F32D #x1F335 #x1F337 #x1F37C #x1F37E #x1F393 #x1F3A0
         #x1F3CA #x1F3CF #x1F3D3 #x1F3E0 #x1F3F0 #x1F3F4 #x1F3F4 #x1F3F8 #x1F43E #x1F440 #x1F440
         #x1F442 #x1F4FC #x1F4FF #x1F53D #x1F54B #x1F54E #x1F550 #x1F567 #x1F57A #x1F57A #x1F595
         #x1F596 #x1F5A4 #x1F5A4 #x1F5FB #x1F64F #x1F680 #x1F6C5 #x1F6CC #x1F6CC #x1F6D0 #x1F6D2
         #x1F6D5 #x1F6DF #x1F6EB #x1F6EF #x1F6F4 #x1F6FF #x1F774 #x1F77F #x1F7D9 #x1F7FF #x1F80C
         #x1F80F #x1F848 #x1F84F #x1F85A #x1F85F #x1F888 #x1F88F #x1F8AE #x1F8AF #x1F8B2 #x1F8FF
         #x1F90C #x1F93A #x1F93C #x1F945 #x1F947 #x1F9FF #x1FA54 #x1FA5F #x1FA6E #x1FAFF #x1FB93
         #x1FB93 #x1FBCB #x1FBEF #x1FBFA #xE0000 #xE0002 #xE001F #xE0080 #xE00FF #xE01F0 #xEFFFF
         #xFFFFE #xFFFFF #x10FFFE #x10FFFF))

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
