{{- define "posthorn.name" -}}
{{- if contains "posthorn" .Release.Name }}{{ .Release.Name | trunc 50 | trimSuffix "-" }}{{ else }}{{ printf "%s-posthorn" .Release.Name | trunc 50 | trimSuffix "-" }}{{ end }}
{{- end }}

{{- define "posthorn.labels" -}}
{{ include "posthorn.selector" . }}
app.kubernetes.io/version: {{ .Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ .Release.Service }}
helm.sh/chart: {{ printf "%s-%s" .Chart.Name .Chart.Version }}
{{- end }}

{{- define "posthorn.selector" -}}
app.kubernetes.io/name: posthorn
app.kubernetes.io/instance: {{ .Release.Name }}
{{- end }}

{{- define "posthorn.serviceAccount" -}}
{{- if .Values.serviceAccount.create }}{{ .Values.serviceAccount.name | default (include "posthorn.name" .) }}{{ else }}{{ .Values.serviceAccount.name | default "default" }}{{ end }}
{{- end }}

{{- define "posthorn.image" -}}
{{ .Values.image.repository }}:{{ .Values.image.tag | default .Chart.AppVersion }}
{{- end }}

{{- define "posthorn.secret" -}}
{{ required "existingSecret is required: a secret with DATABASE_URL and ENCRYPTION_KEY (see values.yaml)" .Values.existingSecret }}
{{- end }}

{{- define "posthorn.containerSecurity" -}}
allowPrivilegeEscalation: false
readOnlyRootFilesystem: true
runAsNonRoot: true
capabilities: { drop: [ALL] }
{{- end }}

{{/* The two deployments differ in their role, and in what is said of it in the values. */}}
{{- define "posthorn.deployment" -}}
{{- $role := .role }}
{{- $values := index .root.Values $role }}
{{- with .root }}
apiVersion: apps/v1
kind: Deployment
metadata:
  name: {{ include "posthorn.name" . }}-{{ $role }}
  labels:
    {{- include "posthorn.labels" . | nindent 4 }}
    app.kubernetes.io/component: {{ $role }}
spec:
  {{- if not $values.autoscaling.enabled }}
  replicas: {{ $values.replicas }}
  {{- end }}
  selector:
    matchLabels:
      {{- include "posthorn.selector" . | nindent 6 }}
      app.kubernetes.io/component: {{ $role }}
  strategy:
    type: RollingUpdate
    rollingUpdate: { maxUnavailable: 0, maxSurge: 1 }
  template:
    metadata:
      labels:
        {{- include "posthorn.selector" . | nindent 8 }}
        app.kubernetes.io/component: {{ $role }}
      {{- with .Values.podAnnotations }}
      annotations: {{- toYaml . | nindent 8 }}
      {{- end }}
    spec:
      serviceAccountName: {{ include "posthorn.serviceAccount" . }}
      automountServiceAccountToken: false
      {{- with .Values.imagePullSecrets }}
      imagePullSecrets: {{- toYaml . | nindent 8 }}
      {{- end }}
      terminationGracePeriodSeconds: {{ add .Values.shutdownGraceSeconds 10 }}
      securityContext:
        runAsUser: 1000
        runAsGroup: 1000
        fsGroup: 1000
        seccompProfile: { type: RuntimeDefault }
      containers:
        - name: posthorn
          image: {{ include "posthorn.image" . }}
          imagePullPolicy: {{ .Values.image.pullPolicy }}
          securityContext: {{- include "posthorn.containerSecurity" . | nindent 12 }}
          envFrom:
            - secretRef: { name: {{ include "posthorn.secret" . }} }
          env:
            - { name: ROLE, value: {{ $role }} }
            - { name: PORT, value: '8070' }
            - { name: SHUTDOWN_GRACE_MS, value: {{ mul .Values.shutdownGraceSeconds 1000 | toString | quote }} }
            {{- range $name, $value := .Values.env }}
            - { name: {{ $name }}, value: {{ $value | quote }} }
            {{- end }}
            {{- if .Values.export.existingClaim }}
            - { name: EXPORT_DIR, value: /export }
            {{- end }}
          ports:
            - { name: http, containerPort: 8070 }
          # Migrations of a large database may take their time.
          startupProbe:
            httpGet: { path: /healthz, port: http }
            periodSeconds: 2
            failureThreshold: 150
          livenessProbe:
            httpGet: { path: /healthz, port: http }
            periodSeconds: 10
            timeoutSeconds: 5
            failureThreshold: 6
          readinessProbe:
            httpGet: { path: /readyz, port: http }
            periodSeconds: 5
            timeoutSeconds: 4
            failureThreshold: 3
          {{- if eq $role "api" }}
          # Whoever routes requests here learns a moment later than we do that we are going.
          lifecycle:
            preStop: { exec: { command: [node, -e, 'setTimeout(() => {}, 5000)'] } }
          {{- end }}
          resources: {{- toYaml $values.resources | nindent 12 }}
          volumeMounts:
            - { name: tmp, mountPath: /tmp }
            {{- if .Values.export.existingClaim }}
            - { name: export, mountPath: /export }
            {{- end }}
      volumes:
        - { name: tmp, emptyDir: {} }
        {{- if .Values.export.existingClaim }}
        - { name: export, persistentVolumeClaim: { claimName: {{ .Values.export.existingClaim }} } }
        {{- end }}
      topologySpreadConstraints:
        - maxSkew: 1
          topologyKey: kubernetes.io/hostname
          whenUnsatisfiable: ScheduleAnyway
          labelSelector:
            matchLabels:
              {{- include "posthorn.selector" . | nindent 14 }}
              app.kubernetes.io/component: {{ $role }}
      {{- with $values.nodeSelector }}
      nodeSelector: {{- toYaml . | nindent 8 }}
      {{- end }}
      {{- with $values.tolerations }}
      tolerations: {{- toYaml . | nindent 8 }}
      {{- end }}
      {{- with $values.affinity }}
      affinity: {{- toYaml . | nindent 8 }}
      {{- end }}
{{- end }}
{{- end }}

{{- define "posthorn.podDisruptionBudget" -}}
{{- $role := .role }}
{{- $values := index .root.Values $role }}
{{- with .root }}
{{- if $values.podDisruptionBudget.enabled }}
apiVersion: policy/v1
kind: PodDisruptionBudget
metadata:
  name: {{ include "posthorn.name" . }}-{{ $role }}
  labels: {{- include "posthorn.labels" . | nindent 4 }}
spec:
  maxUnavailable: {{ $values.podDisruptionBudget.maxUnavailable }}
  # A dispatcher that is not ready is an alarm, and no reason to block the draining of its node.
  unhealthyPodEvictionPolicy: AlwaysAllow
  selector:
    matchLabels:
      {{- include "posthorn.selector" . | nindent 6 }}
      app.kubernetes.io/component: {{ $role }}
{{- end }}
{{- end }}
{{- end }}
