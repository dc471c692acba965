# Terraform (hashicorp/aws, Route 53): aws_route53_record resources. Made by kmsdns from east-west.yaml.
#
# The provider block is yours. A set that is published already has to be imported first:
#     terraform import aws_route53_record.kms_east_contoso_com ZONEID__vlmcs._tcp.east.contoso.com_SRV && terraform plan
# A text in records is priority, weight, port, target.
#
# What this format does not say:
# - Records of other hosts: Terraform owns a whole set, and takes out of it what its files do not hold.

data "aws_route53_zone" "zone_east_contoso_com" {
  name         = "east.contoso.com."
  private_zone = true
}

resource "aws_route53_record" "kms_east_contoso_com" {
  zone_id = data.aws_route53_zone.zone_east_contoso_com.zone_id
  name    = "_vlmcs._tcp.east.contoso.com"
  type    = "SRV"
  ttl     = 3600
  records = [
    "10 75 1688 kms-e1.east.contoso.com.",
    "10 25 1688 kms-e2.east.contoso.com.",
    "90 75 1688 kms-w1.west.contoso.com.",
    "90 25 1688 kms-w2.west.contoso.com.",
  ]
}

data "aws_route53_zone" "zone_west_contoso_com" {
  name         = "west.contoso.com."
  private_zone = true
}

resource "aws_route53_record" "kms_west_contoso_com" {
  zone_id = data.aws_route53_zone.zone_west_contoso_com.zone_id
  name    = "_vlmcs._tcp.west.contoso.com"
  type    = "SRV"
  ttl     = 3600
  records = [
    "10 75 1688 kms-w1.west.contoso.com.",
    "10 25 1688 kms-w2.west.contoso.com.",
    "90 75 1688 kms-e1.east.contoso.com.",
    "90 25 1688 kms-e2.east.contoso.com.",
  ]
}
